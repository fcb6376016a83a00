using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace ImageGateway.Database;

/// <summary>A column that rows of <typeparamref name="T"/> are written to: text or a whole number, either may be null.</summary>
internal sealed record Column<T>(string Name, Func<T, string?>? Text, Func<T, long?>? Number)
{
    /// <summary>A column of text.</summary>
    public static Column<T> Of(string name, Func<T, string?> value) => new(name, value, null);

    /// <summary>A column of whole numbers.</summary>
    public static Column<T> Of(string name, Func<T, long?> value) => new(name, null, value);
}

/// <summary>
/// Writes many rows at once: PostgreSQL gets one statement with an array for each column (unnest), SQLite the same prepared
/// statement for each row. <paramref name="onConflict"/> says what happens to rows whose key is there already.
/// </summary>
internal sealed class Table<T>(string name, IReadOnlyList<Column<T>> columns, string onConflict, string? returning = null)
{
    private readonly string _names = string.Join(", ", columns.Select(column => column.Name));

    /// <summary>Writes the rows within a transaction and gives the text of <c>returning</c> of those that were written.</summary>
    public List<string> Write(DbConnection connection, DbTransaction transaction, IReadOnlyList<T> rows)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        var written = new List<string>();
        if (rows.Count == 0)
            return written;
        if (command is NpgsqlCommand postgres)
            WriteArrays(postgres, rows, written);
        else
            WriteEach(command, rows, written);
        return written;
    }

    private void WriteArrays(NpgsqlCommand command, IReadOnlyList<T> rows, List<string> written)
    {
        var arrays = string.Join(", ", columns.Select((column, i) => $"${i + 1}::{(column.Text is null ? "bigint" : "text")}[]"));
        command.CommandText = $"INSERT INTO {name} ({_names}) SELECT * FROM unnest({arrays}) {onConflict}{Returning}";
        foreach (var column in columns)
        {
            command.Parameters.Add(column.Text is { } text
                ? new NpgsqlParameter { Value = rows.Select(text).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }
                : new NpgsqlParameter { Value = rows.Select(column.Number!).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        }
        Execute(command, written);
    }

    private void WriteEach(DbCommand command, IReadOnlyList<T> rows, List<string> written)
    {
        command.CommandText = $"INSERT INTO {name} ({_names}) VALUES ({string.Join(", ", columns.Select((_, i) => $"$c{i}"))}) {onConflict}{Returning}";
        for (var i = 0; i < columns.Count; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"$c{i}";
            command.Parameters.Add(parameter);
        }
        command.Prepare();
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Count; i++)
                command.Parameters[i].Value = (object?)columns[i].Text?.Invoke(row) ?? columns[i].Number?.Invoke(row) ?? (object)DBNull.Value;
            Execute(command, written);
        }
    }

    private string Returning => returning is null ? "" : $" RETURNING {returning}";

    private void Execute(DbCommand command, List<string> written)
    {
        if (returning is null)
        {
            command.ExecuteNonQuery();
            return;
        }
        using var reader = command.ExecuteReader();
        while (reader.Read())
            written.Add(reader.GetString(0));
    }
}

/// <summary>Finds and deletes many rows at once.</summary>
internal static class Rows
{
    /// <summary>The condition that a column has one of the values of a parameter, an array: Dapper spells lists out for SQLite, and gives PostgreSQL an array.</summary>
    public static string Among(DbConnection connection, string column, string parameter) => connection is NpgsqlConnection ? $"{column} = ANY({parameter})" : $"{column} IN {parameter}";

    /// <summary>Deletes the rows whose <paramref name="column"/> has one of these values.</summary>
    public static void Delete(DbConnection connection, DbTransaction transaction, string table, string column, IReadOnlyList<string> values)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        if (command is NpgsqlCommand postgres)
        {
            command.CommandText = $"DELETE FROM {table} WHERE {column} = ANY($1)";
            postgres.Parameters.Add(new NpgsqlParameter { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            command.ExecuteNonQuery();
            return;
        }
        command.CommandText = $"DELETE FROM {table} WHERE {column} = $value";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "$value";
        command.Parameters.Add(parameter);
        foreach (var value in values)
        {
            parameter.Value = value;
            command.ExecuteNonQuery();
        }
    }
}
