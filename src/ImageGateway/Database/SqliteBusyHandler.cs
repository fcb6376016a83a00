using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ImageGateway.Database;

/// <summary>
/// How a connection waits while another one writes: it looks every millisecond, for five seconds. SQLite's own
/// <c>busy_timeout</c> waits in whole seconds where it was compiled without <c>HAVE_USLEEP</c>, as here.
/// </summary>
internal static class SqliteBusyHandler
{
    private const int MostTries = 5000;

    // SQLite calls it as long as a connection is open.
    private static readonly Handler Waiting = Wait;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Handler(nint argument, int tries);

    public static void Set(SqliteConnection connection) => SqliteException.ThrowExceptionForRC(Set(connection.Handle!, Waiting, 0), connection.Handle);

    private static int Wait(nint argument, int tries)
    {
        if (tries >= MostTries)
            return 0;
        Thread.Sleep(1);
        return 1;
    }

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_busy_handler", CallingConvention = CallingConvention.Cdecl), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Set(sqlite3 connection, Handler handler, nint argument);
}
