using System.Data.Common;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Admin.Spending;

/// <summary>Reports the spend: the total, the groups that spent most, the remaining ones together, and the forecast.</summary>
internal sealed class SpendReport(SpendRequest request, DbConnection connection, long now, CancellationToken cancellationToken)
{
    private const int Charge = 9;

    private static readonly string[] All = [.. UsageSum.Sums.Select(sum => sum.Name)];

    public async Task<SpendAnswer> ReadAsync()
    {
        var total = await TotalAsync(request.From, request.To);
        var rows = await Query(request.From, request.To, request.GroupBy, request.Top + 1).ListAsync(connection, now, cancellationToken);
        var (shown, hasOthers) = (rows.Take(request.Top).ToList(), rows.Count > request.Top);
        var others = hasOthers ? shown.Aggregate(total, (rest, row) => Minus(rest, row.Values)) : null;
        var buckets = request.Width > 0 ? await BucketsAsync(shown, hasOthers) : null;
        var window = request.Window;
        var (spent, lastDay) = ((await TotalAsync(window.From, now + 1))[Charge], (await TotalAsync(now - UsageSum.Day, now + 1))[Charge]);
        return new SpendAnswer(
            request.From / 1000, (request.To + 999) / 1000, "usd", [.. request.GroupBy.Select(group => group.Name)], request.Granularity, new SpendSums(total),
            [.. shown.Select((row, i) => new SpendRow(row.Values) { Groups = Groups(row.Keys), Buckets = buckets?[i] })],
            others is null ? null : new SpendRow(others) { Groups = Groups(null), Buckets = buckets?[^1] },
            new ForecastAnswer(window.Name, window.From / 1000, window.To / 1000, Usd(spent), window.Forecast(spent, now)),
            decimal.Round(lastDay / 24m) / NanoUsd.PerUsd);
    }

    private SumQuery Query(long from, long to, IReadOnlyList<Dimension> groups, int? top = null, long width = 0) =>
        new(from, to) { Sums = All, GroupBy = groups, Filters = request.Filters, Top = top, Width = width };

    private async Task<long[]> TotalAsync(long from, long to) =>
        (await Query(from, to, []).ListAsync(connection, now, cancellationToken))[0].Values;

    // For each group shown, and last for the remaining ones, the buckets with any activity.
    private async Task<List<SpendBucket>[]> BucketsAsync(List<SumRow> shown, bool hasOthers)
    {
        var places = shown.Select((row, i) => (Key: string.Join('\0', row.Keys), i)).ToDictionary(place => place.Key, place => place.i);
        var buckets = Enumerable.Range(0, shown.Count + 1).Select(_ => new List<SpendBucket>()).ToArray();
        (long Start, long[] Sum)? others = null;
        await foreach (var row in Query(request.From, request.To, request.GroupBy, width: request.Width).ReadAsync(connection, now, cancellationToken))
        {
            if (places.TryGetValue(string.Join('\0', row.Keys), out var place))
            {
                buckets[place].Add(Bucket(row.Start, row.Values));
                continue;
            }
            // Rows come in the order of their buckets.
            if (others is { } last && last.Start != row.Start)
                buckets[^1].Add(Bucket(last.Start, last.Sum));
            others = others?.Start == row.Start ? (row.Start, Plus(others.Value.Sum, row.Values)) : (row.Start, row.Values);
        }
        if (hasOthers && others is { } end)
            buckets[^1].Add(Bucket(end.Start, end.Sum));
        return buckets;
    }

    private static SpendBucket Bucket(long start, long[] sums) => new(start / 1000, Usd(sums[Charge]), Usd(sums[11]), Usd(sums[12]), sums[0], sums[1], sums[2]);

    private Dictionary<string, object?> Groups(string[]? keys) =>
        request.GroupBy.Select((group, i) => (group.Name, Value: keys?[i])).ToDictionary(group => group.Name, object? (group) => string.IsNullOrEmpty(group.Value) ? null : group.Value);

    private static long[] Plus(long[] a, long[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static long[] Minus(long[] a, long[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static decimal Usd(long nano) => new NanoUsd(nano).Usd;
}
