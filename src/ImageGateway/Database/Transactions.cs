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
        catch when (connection is SqliteConnection sqlite && raw.sqlite3_get_autocommit(sqlite.Handle) != 0)
        {
            // On a full disk SQLite rolls back by itself. The driver does it again, fails, and then cannot close the connection
            // either: give it something to roll back.
            using var begin = sqlite.CreateCommand();
            begin.CommandText = "BEGIN";
            begin.ExecuteNonQuery();
            throw;
        }
    }
}
