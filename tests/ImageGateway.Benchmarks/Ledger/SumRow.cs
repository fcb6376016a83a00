using ImageGateway.Database;
using ImageGateway.Ledger;

namespace ImageGateway.Benchmarks.Ledger;

/// <summary>A row of a table of sums, in the order of <see cref="UsageSum.Sums"/>.</summary>
internal sealed record SumRow(UsageKey Key, long[] Sums)
{
    /// <summary>The table; the totals have fewer keys.</summary>
    public static Table<SumRow> Table(string name, bool isTotal)
    {
        List<Column<SumRow>> columns =
        [
            Column<SumRow>.Of("start_at", row => row.Key.StartAt),
            Column<SumRow>.Of("tenant", row => row.Key.Tenant),
            Column<SumRow>.Of("project", row => row.Key.Project),
            Column<SumRow>.Of("model", row => row.Key.Model),
        ];
        if (!isTotal)
        {
            columns.Add(Column<SumRow>.Of("key_id", row => row.Key.KeyId));
            columns.Add(Column<SumRow>.Of("end_user", row => row.Key.User));
            columns.Add(Column<SumRow>.Of("target", row => row.Key.Target));
            columns.Add(Column<SumRow>.Of("size", row => row.Key.Size));
            columns.Add(Column<SumRow>.Of("quality", row => row.Key.Quality));
            columns.Add(Column<SumRow>.Of("operation", row => row.Key.Operation));
        }
        columns.AddRange(UsageSum.Sums.Select((sum, i) => Column<SumRow>.Of(sum.Name, row => row.Sums[i])));
        return new Table<SumRow>(name, columns, "ON CONFLICT DO NOTHING");
    }
}
