using System.Data.Common;
using Dapper;
using Npgsql;

namespace ImageGateway.Database;

/// <summary>Several queries of the same state: none of them sees what is committed while they run.</summary>
internal static class Snapshot
{
    public static async Task<T> ReadAsync<T>(DbConnection connection, Func<Task<T>> read)
    {
        // A deferred SQLite transaction takes no lock until it writes, which these never do.
        await connection.ExecuteAsync(connection is NpgsqlConnection ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN DEFERRED");
        try
        {
            return await read();
        }
        finally
        {
            await Transactions.UndoAsync(connection);
        }
    }
}
