using System.Data.Common;
using Npgsql;

namespace ImageGateway.Database;

/// <summary>A column that rows of <typeparamref name="T"/> are written to: text or a whole number, either may be null.</summary>
internal sealed record Column<T>(string Name, Func<T, string?>? Text, Func<T, long?>? Number)
{
    /// <summary>A column of text.</summary>
    public static Column<T> Of(string name, Func<T, string?> value) => new(name, value, null);

    /// <summary>A column of whole numbers.</summary>
    public static Column<T> Of(string name, Func<T, long?> value) => new(name, null, value);
}

/// <summary>A table as rows of <typeparamref name="T"/> are written to it (<see cref="Statements.Insert"/>).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">What is written.</param>
/// <param name="OnConflict">What happens to rows whose key is there already.</param>
/// <param name="Returning">A column of text that is told of each row that was written.</param>
internal sealed record Table<T>(string Name, IReadOnlyList<Column<T>> Columns, string OnConflict, string? Returning = null)
{
    /// <summary>The statement for <paramref name="rows"/>, <c>VALUES (…)</c> or a query.</summary>
    public string Insert(string rows) => $"INSERT INTO {Name} ({string.Join(", ", Columns.Select(column => column.Name))}) {rows} {OnConflict}{(Returning is null ? "" : $" RETURNING {Returning}")}";
}

/// <summary>A query for one of many values.</summary>
internal static class Rows
{
    /// <summary>The condition that a column has one of the values of a parameter, an array: Dapper spells lists out for SQLite, and gives PostgreSQL an array.</summary>
    public static string Among(DbConnection connection, string column, string parameter) => connection is NpgsqlConnection ? $"{column} = ANY({parameter})" : $"{column} IN {parameter}";
}
