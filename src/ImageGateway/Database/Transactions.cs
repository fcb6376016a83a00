using System.Data.Common;
using Dapper;
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

    /// <summary>Ends a transaction that was begun as a statement, and undoes what it did.</summary>
    public static async Task UndoAsync(DbConnection connection)
    {
        try
        {
            await connection.ExecuteAsync("ROLLBACK");
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e) || e is InvalidOperationException)
        {
            // SQLite may have done so already, and a connection that broke has: what went wrong is told by the first failure.
        }
    }
}
