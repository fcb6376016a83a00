using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ImageGateway.Database;

/// <summary>
/// <see cref="Statements"/> for SQLite, through its native API: the driver's commands look up each parameter by name every
/// time, which costs as much as the writing.
/// </summary>
internal sealed class SqliteStatements(SqliteConnection connection) : Statements
{
    private readonly Dictionary<string, sqlite3_stmt> _prepared = [];
    private byte[] _text = new byte[4096];

    public override bool AreAtomic => false;

    public override List<string> Insert<T>(Table<T> table, IReadOnlyList<T> rows)
    {
        var written = new List<string>();
        if (rows.Count == 0)
            return written;
        var statement = Statement(table.Name, () => table.Insert($"VALUES ({string.Join(", ", table.Columns.Select(_ => "?"))})"));
        foreach (var row in rows)
        {
            for (var i = 0; i < table.Columns.Count; i++)
            {
                if (table.Columns[i].Text is { } text)
                    Bind(statement, i + 1, text(row));
                else
                    Bind(statement, i + 1, table.Columns[i].Number!(row));
            }
            Run(statement, written);
        }
        return written;
    }

    public override void Delete(string table, string column, IReadOnlyList<string> values)
    {
        var statement = Statement($"{table}.{column}", () => $"DELETE FROM {table} WHERE {column} = ?");
        foreach (var value in values)
        {
            Bind(statement, 1, value);
            Run(statement, []);
        }
    }

    public override void Dispose()
    {
        foreach (var statement in _prepared.Values)
            statement.Dispose();
    }

    private sqlite3_stmt Statement(string name, Func<string> sql)
    {
        if (_prepared.TryGetValue(name, out var statement))
            return statement;
        Check(raw.sqlite3_prepare_v2(connection.Handle, sql(), out statement));
        _prepared.Add(name, statement);
        return statement;
    }

    private void Bind(sqlite3_stmt statement, int index, long? number) =>
        Check(number is { } value ? raw.sqlite3_bind_int64(statement, index, value) : raw.sqlite3_bind_null(statement, index));

    private void Bind(sqlite3_stmt statement, int index, string? text)
    {
        if (text is null)
        {
            Check(raw.sqlite3_bind_null(statement, index));
            return;
        }
        if (Encoding.UTF8.GetMaxByteCount(text.Length) is var most && most > _text.Length)
            _text = new byte[most];
        var bytes = _text.AsSpan(0, Encoding.UTF8.GetBytes(text, _text));
        // An empty span has a null address, which SQLite would treat as NULL.
        Check(bytes.IsEmpty ? raw.sqlite3_bind_text(statement, index, "") : raw.sqlite3_bind_text(statement, index, bytes));
    }

    // Runs to the end and resets for the next row in any case; the reset reports a failure once more.
    private void Run(sqlite3_stmt statement, List<string> written)
    {
        while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
            written.Add(raw.sqlite3_column_text(statement, 0).utf8_to_string());
        Check(raw.sqlite3_reset(statement));
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, connection.Handle);
}
