using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ImageGateway.Database;

/// <summary>Runs several statements as one transaction.</summary>
internal static class Transactions
{
    /// <summary>Runs <paramref name="body"/> in a transaction: committed when this returns, rolled back when it throws.</summary>
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
    /// Call before rolling back a failed transaction. On a full disk SQLite rolls back by itself. Unless a statement failed,
    /// which the driver notices, the driver then rolls back again, fails, and cannot close the connection either; this gives it
    /// a transaction to roll back.
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
            // The driver noticed.
        }
    }

    /// <summary>Rolls back a transaction that was begun with a statement.</summary>
    public static async Task UndoAsync(DbConnection connection)
    {
        try
        {
            await connection.ExecuteAsync("ROLLBACK");
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e) || e is InvalidOperationException)
        {
            // SQLite may have rolled back already, and a broken connection has: the first failure reports the cause.
        }
    }
}
