using System.Data.Common;
using Dapper;

namespace ImageGateway.Ledger.Queries;

/// <summary>One of these combinations of values must be met.</summary>
internal sealed record SumFilter(IReadOnlyList<IReadOnlyList<(Dimension Dimension, string Value)>> AnyOf)
{
    /// <summary>One of these values.</summary>
    public static SumFilter Of(Dimension dimension, IEnumerable<string> values) => new([.. values.Select(value => new[] { (dimension, value) })]);
}

/// <summary>Totals of one bucket and one combination of values; '' where an entry has none.</summary>
/// <param name="Start">The bucket's start in Unix ms; 0 without buckets.</param>
/// <param name="Keys">In the order of <see cref="SumQuery.GroupBy"/>.</param>
/// <param name="Values">In the order of <see cref="SumQuery.Sums"/>.</param>
internal sealed record SumRow(long Start, string[] Keys, long[] Values);

/// <summary>A query for totals over the ledger. Times are Unix ms.</summary>
internal sealed record SumQuery(long From, long To)
{
    /// <summary>The width of a bucket in ms; 0: no buckets.</summary>
    public long Width { get; init; }
    public IReadOnlyList<Dimension> GroupBy { get; init; } = [];
    public IReadOnlyList<SumFilter> Filters { get; init; } = [];

    /// <summary>Names of <see cref="UsageSum.Sums"/>.</summary>
    public required IReadOnlyList<string> Sums { get; init; }

    /// <summary>Leaves out rows in which all of these are 0.</summary>
    public IReadOnlyList<string> NotAllZero { get; init; } = [];

    /// <summary>Only this many rows, those with the highest charge.</summary>
    public int? Top { get; init; }

    private IEnumerable<Dimension> Used => GroupBy.Concat(Filters.SelectMany(filter => filter.AnyOf).SelectMany(all => all).Select(one => one.Dimension));

    /// <summary>The table with the fewest rows that can answer the query.</summary>
    public SumSource Source =>
        Width % UsageSum.Hour != 0 || Used.Any(dimension => dimension.Sum is null) ? SumSource.Entries
        : Width % UsageSum.Day != 0 ? SumSource.Hours
        : Used.All(dimension => dimension.IsInTotals) ? SumSource.Totals
        : SumSource.Days;

    /// <summary>The rows, in the order of their buckets, or by charge with <see cref="Top"/>.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async IAsyncEnumerable<SumRow> ReadAsync(DbConnection connection, long now, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (sql, parameters) = SumSql.Of(this, connection, now);
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
        while (await reader.ReadAsync(cancellationToken))
        {
            var column = 0;
            var start = Width > 0 ? reader.GetInt64(column++) : 0;
            var keys = new string[GroupBy.Count];
            for (var i = 0; i < keys.Length; i++)
                keys[i] = reader.GetString(column++);
            var values = new long[Sums.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = reader.GetInt64(column++);
            yield return new SumRow(start, keys, values);
        }
    }

    /// <summary>All rows at once.</summary>
    public async Task<List<SumRow>> ListAsync(DbConnection connection, long now, CancellationToken cancellationToken)
    {
        var rows = new List<SumRow>();
        await foreach (var row in ReadAsync(connection, now, cancellationToken))
            rows.Add(row);
        return rows;
    }
}
