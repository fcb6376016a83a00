using Npgsql;
using NpgsqlTypes;

namespace ImageGateway.Database;

/// <summary><see cref="Statements"/> for PostgreSQL.</summary>
internal sealed class PostgresStatements : Statements
{
    private readonly NpgsqlConnection _connection;
    private readonly Dictionary<string, NpgsqlCommand> _prepared = [];

    public PostgresStatements(NpgsqlConnection connection)
    {
        _connection = connection;
        // A table whose rows come and go counts as small but is full of deleted rows: sequential scans of it took 60 % of the
        // server's time. With them disabled, a plan without an index is priced so high that PostgreSQL would JIT-compile it,
        // for hundreds of milliseconds. The pool resets both settings.
        using var command = new NpgsqlCommand("SET enable_seqscan = off; SET jit = off", connection);
        command.ExecuteNonQuery();
    }

    public override bool AreAtomic => true;

    public override List<string> Insert<T>(Table<T> table, IReadOnlyList<T> rows)
    {
        var written = new List<string>();
        if (rows.Count == 0)
            return written;
        var command = Command(table.Name, () => Unnest(table), [.. table.Columns.Select(column => column.Text is null ? NpgsqlDbType.Bigint : NpgsqlDbType.Text)]);
        for (var i = 0; i < table.Columns.Count; i++)
            command.Parameters[i].Value = table.Columns[i] is { Text: { } text } ? Values(rows, text) : Values(rows, table.Columns[i].Number!);
        if (table.Returning is null)
        {
            command.ExecuteNonQuery();
            return written;
        }
        using var reader = command.ExecuteReader();
        while (reader.Read())
            written.Add(reader.GetString(0));
        return written;
    }

    public override void Delete(string table, string column, IReadOnlyList<string> values)
    {
        var command = Command($"{table}.{column}", () => $"DELETE FROM {table} WHERE {column} = ANY($1)", [NpgsqlDbType.Text]);
        command.Parameters[0].Value = values.ToArray();
        command.ExecuteNonQuery();
    }

    public override void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
    }

    private static string Unnest<T>(Table<T> table) =>
        table.Insert($"SELECT * FROM unnest({string.Join(", ", table.Columns.Select((column, i) => $"${i + 1}::{(column.Text is null ? "bigint" : "text")}[]"))})");

    private static TValue[] Values<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        return values;
    }

    private NpgsqlCommand Command(string name, Func<string> sql, NpgsqlDbType[] arrays)
    {
        if (_prepared.TryGetValue(name, out var command))
            return command;
        command = new NpgsqlCommand(sql(), _connection);
        foreach (var array in arrays)
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | array });
        command.Prepare();
        _prepared.Add(name, command);
        return command;
    }
}
