using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ImageGateway.Database;

/// <summary>Runs several statements as one.</summary>
internal static class Transactions
{
    /// <summary>What <paramref name="body"/> did is durable when this returns, and undone when it throws.</summary>
    public static T Run<T>(DbConnection connection, Func<DbTransaction, T> body)
    {
        using var transaction = connection.BeginTransaction();
        try
        {
            var result = body(transaction);
            transaction.Commit();
            return result;
        }
        catch
        {
            PrepareRollback(connection);
            throw;
        }
    }

    /// <summary>
    /// Before a transaction that failed is rolled back. On a full disk SQLite does that by itself. Unless it was a statement
    /// that failed, which the driver notices, it does it again, fails, and then cannot close the connection either: this gives
    /// it something to roll back.
    /// </summary>
    public static void PrepareRollback(DbConnection connection)
    {
        if (connection is not SqliteConnection sqlite || raw.sqlite3_get_autocommit(sqlite.Handle) == 0)
            return;
        using var begin = sqlite.CreateCommand();
        begin.CommandText = "BEGIN";
        try
        {
            begin.ExecuteNonQuery();
        }
        catch (InvalidOperationException)
        {
            // It noticed.
        }
    }
}
