using System.Data.Common;
using Dapper;

namespace ImageGateway.Ledger.Queries;

/// <summary>
/// A query for totals as one statement: each segment is summed separately, so that the database can use the table's order, and
/// the few resulting rows are added up.
/// </summary>
internal static class SumSql
{
    // What an entry contributes to the totals; must match UsageSum.
    private const string Answered = "status = 'completed' AND attempts <> '[]'";

    public static (string Sql, DynamicParameters Parameters) Of(SumQuery query, DbConnection connection, long now)
    {
        var parameters = new SqlText(connection);
        var keys = Keys(query);
        var parts = Segments.Of(query.From, query.To, query.Source, now).Select(segment => Part(query, segment, parameters, connection)).ToList();
        // An empty period has no rows, but the requested columns.
        var from = parts.Count > 0 ? string.Join(" UNION ALL ", parts) : Part(query, new Segment(query.Source, 0, 0), parameters, connection);
        var sums = query.Sums.Select(sum => $"CAST(COALESCE(SUM(sum_{sum}), 0) AS BIGINT) AS all_{sum}");
        var sql = $"SELECT {string.Join(", ", keys.Concat(sums))} FROM ({from}) AS parts";
        if (keys.Count > 0)
            sql += $" GROUP BY {string.Join(", ", keys)}";
        if (query.NotAllZero.Count > 0)
            sql += $" HAVING {string.Join(" OR ", query.NotAllZero.Select(sum => $"SUM(sum_{sum}) <> 0"))}";
        var order = query.Top is null ? keys : ["all_charge DESC", .. keys];
        if (order.Count > 0)
            sql += $" ORDER BY {string.Join(", ", order)}";
        if (query.Top is { } top)
            sql += $" LIMIT {top}";
        return (sql, parameters.Parameters);
    }

    private static List<string> Keys(SumQuery query)
    {
        var keys = new List<string>();
        if (query.Width > 0)
            keys.Add("bucket");
        keys.AddRange(query.GroupBy.Select((_, i) => $"key_{i}"));
        return keys;
    }

    private static string Part(SumQuery query, Segment segment, SqlText shared, DbConnection connection)
    {
        var (table, time) = segment.Source switch
        {
            SumSource.Entries => ("entries", "created_at"),
            SumSource.Hours => ("usage_hours", "start_at"),
            SumSource.Days => ("usage_days", "start_at"),
            _ => ("usage_totals", "start_at"),
        };
        var columns = new List<string>();
        if (query.Width > 0)
            columns.Add($"{time} / {query.Width} * {query.Width} AS bucket");
        columns.AddRange(query.GroupBy.Select((dimension, i) => $"{Column(dimension, segment.Source, shared)} AS key_{i}"));
        var keys = columns.Count;
        columns.AddRange(query.Sums.Concat(query.NotAllZero).Concat(query.Top is null ? [] : ["charge"]).Distinct()
            .Select(sum => $"SUM({(segment.Source == SumSource.Entries ? OfEntry(sum) : sum)}) AS sum_{sum}"));
        var conditions = new List<string> { $"{time} >= {segment.From}", $"{time} < {segment.To}" };
        conditions.AddRange(query.Filters.Select(filter => Condition(filter, segment.Source, shared)));
        return $"SELECT {string.Join(", ", columns)} FROM {table} WHERE {string.Join(" AND ", conditions)}"
            + (keys > 0 ? $" GROUP BY {string.Join(", ", Enumerable.Range(1, keys))}" : "");
    }

    private static string Condition(SumFilter filter, SumSource source, SqlText sql)
    {
        var any = filter.AnyOf.Select(all => string.Join(" AND ", all.Select(one => $"{Column(one.Dimension, source, sql)} = {sql.Value(one.Value)}")));
        return $"({string.Join(" OR ", any)})";
    }

    private static string Column(Dimension dimension, SumSource source, SqlText sql) =>
        dimension.TagName is { } tag ? sql.Tag(tag) : source == SumSource.Entries ? dimension.Entry! : dimension.Sum!;

    private static string OfEntry(string sum) => sum switch
    {
        "jobs" => "CASE WHEN corrects IS NULL THEN 1 ELSE 0 END",
        "requests" => $"CASE WHEN {Answered} THEN 1 ELSE 0 END",
        "images" => $"CASE WHEN {Answered} THEN images ELSE 0 END",
        _ => sum,
    };
}
