using System.Data.Common;
using Dapper;
using Npgsql;

namespace ImageGateway.Ledger.Queries;

/// <summary>The conditions of a statement and their parameters; a reader's values never become part of the SQL.</summary>
internal sealed class SqlText(DbConnection connection)
{
    private readonly List<string> _conditions = [];
    private readonly Dictionary<object, string> _names = [];

    public DynamicParameters Parameters { get; } = new();

    /// <summary><c>WHERE …</c>, or nothing.</summary>
    public string Where => _conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", _conditions)}";

    /// <summary>The placeholder of a value; equal values share one, so that an expression with it can be grouped by.</summary>
    public string Value(object value)
    {
        if (!_names.TryGetValue(value, out var name))
        {
            _names.Add(value, name = $"@p{_names.Count}");
            Parameters.Add(name, value);
        }
        return name;
    }

    public void Require(string condition) => _conditions.Add(condition);

    /// <summary>Requires one of these values.</summary>
    public void RequireAny(string column, IEnumerable<string> values) => Require($"{column} IN ({string.Join(", ", values.Select(Value))})");

    /// <summary>The value of an entry's tag; '' if it has none.</summary>
    public string Tag(string name) => connection is NpgsqlConnection
        ? $"COALESCE(tags::jsonb ->> {Value(name)}, '')"
        : $"COALESCE(json_extract(tags, {Value($"$.\"{name}\"")}), '')";
}
