using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ImageGateway.Database;

/// <summary>
/// What is written to a connection over and over, each prepared once: PostgreSQL gets one statement for many rows, with an array
/// for each column (unnest), SQLite the same one for each row. Used by one thread; the connection is its owner's, who begins
/// and ends the transactions.
/// </summary>
internal abstract class Statements : IDisposable
{
    /// <summary>The statements of a connection.</summary>
    public static Statements Of(DbConnection connection) =>
        connection is NpgsqlConnection postgres ? new PostgresStatements(postgres) : new SqliteStatements((SqliteConnection)connection);

    /// <summary>True when rows are written in one statement, which needs no transaction around it.</summary>
    public abstract bool AreAtomic { get; }

    /// <summary>Writes the rows, and gives the text of <see cref="Table{T}.Returning"/> of those that were written.</summary>
    public abstract List<string> Insert<T>(Table<T> table, IReadOnlyList<T> rows);

    /// <summary>Deletes the rows whose <paramref name="column"/> has one of these values.</summary>
    public abstract void Delete(string table, string column, IReadOnlyList<string> values);

    public abstract void Dispose();
}
