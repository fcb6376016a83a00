using System.Data.Common;
using Dapper;
using Npgsql;

namespace ImageGateway.Ledger.Queries;

/// <summary>Several queries of the same state, so that their sums agree while jobs end.</summary>
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
            await connection.ExecuteAsync("ROLLBACK");
        }
    }
}
