using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ImageGateway.Database;

/// <summary>
/// Statements that are written repeatedly on a connection, each prepared once: PostgreSQL gets one statement for many rows,
/// with an array per column (unnest), SQLite the same statement for each row. Used by one thread; the connection belongs to its
/// owner, who begins and ends the transactions.
/// </summary>
internal abstract class Statements : IDisposable
{
    /// <summary>The statements of a connection.</summary>
    public static Statements Of(DbConnection connection) =>
        connection is NpgsqlConnection postgres ? new PostgresStatements(postgres) : new SqliteStatements((SqliteConnection)connection);

    /// <summary>True when rows are written in one statement, which needs no transaction.</summary>
    public abstract bool AreAtomic { get; }

    /// <summary>Writes the rows, and returns <see cref="Table{T}.Returning"/> of those that were written.</summary>
    public abstract List<string> Insert<T>(Table<T> table, IReadOnlyList<T> rows);

    /// <summary>Deletes the rows whose <paramref name="column"/> has one of these values.</summary>
    public abstract void Delete(string table, string column, IReadOnlyList<string> values);

    public abstract void Dispose();
}
