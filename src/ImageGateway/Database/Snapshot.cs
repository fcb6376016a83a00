using System.Data.Common;
using Dapper;
using Npgsql;

namespace ImageGateway.Database;

/// <summary>Several queries of the same state: what is committed while they run is in none of them.</summary>
internal static class Snapshot
{
    public static async Task<T> ReadAsync<T>(DbConnection connection, Func<Task<T>> read)
    {
        // A deferred transaction of SQLite locks nothing until it writes, which these never do.
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
