using System.Data.Common;
using Npgsql;

namespace ImageGateway.Database;

/// <summary>A column for rows of <typeparamref name="T"/>: text or an integer, either may be null.</summary>
internal sealed record Column<T>(string Name, Func<T, string?>? Text, Func<T, long?>? Number)
{
    /// <summary>A column of text.</summary>
    public static Column<T> Of(string name, Func<T, string?> value) => new(name, value, null);

    /// <summary>An integer column.</summary>
    public static Column<T> Of(string name, Func<T, long?> value) => new(name, null, value);
}

/// <summary>A table for rows of <typeparamref name="T"/> (<see cref="Statements.Insert"/>).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">The columns written.</param>
/// <param name="OnConflict">What happens to rows whose key already exists.</param>
/// <param name="Returning">A text column returned for each row that was written.</param>
internal sealed record Table<T>(string Name, IReadOnlyList<Column<T>> Columns, string OnConflict, string? Returning = null)
{
    /// <summary>The statement for <paramref name="rows"/>, <c>VALUES (…)</c> or a query.</summary>
    public string Insert(string rows) => $"INSERT INTO {Name} ({string.Join(", ", Columns.Select(column => column.Name))}) {rows} {OnConflict}{(Returning is null ? "" : $" RETURNING {Returning}")}";
}

/// <summary>Conditions on one of many values.</summary>
internal static class Rows
{
    /// <summary>
    /// The condition that a column has one of the values of an array parameter: Dapper expands lists for SQLite, and passes
    /// PostgreSQL an array.
    /// </summary>
    public static string Among(DbConnection connection, string column, string parameter) => connection is NpgsqlConnection ? $"{column} = ANY({parameter})" : $"{column} IN {parameter}";
}
