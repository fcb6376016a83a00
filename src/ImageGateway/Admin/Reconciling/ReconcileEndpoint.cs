using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;
using ImageGateway.Ledger.Reconciliation;
using ImageGateway.Providers.AzureOpenAi;
using ImageGateway.Providers.OpenAi;

namespace ImageGateway.Admin.Reconciling;

/// <summary>
/// A provider's figures compared with the ledger's, by day (UTC) and model. <see cref="To"/> is the first day that is not
/// compared; null, like <see cref="From"/>, where neither the request nor a figure says so.
/// </summary>
internal sealed record ReconcileAnswer(
    string Source, IReadOnlyList<string> Providers, string Currency, DateOnly? From, DateOnly? To, int Rows, Drift Total, IReadOnlyList<DayDrift> Data, UnmatchedAnswer Unmatched, BadRowsAnswer BadRows)
{
    public string Object { get; init; } = "reconciliation";
}

/// <summary>Amounts that match no model of the catalogue and are not compared; the largest first.</summary>
internal sealed record UnmatchedAnswer(decimal Usd, IReadOnlyList<UnmatchedItem> Items);

internal sealed record UnmatchedItem(string Item, decimal Usd);

/// <summary>Unreadable rows; the first hundred of them.</summary>
internal sealed record BadRowsAnswer(int Count, IReadOnlyList<BadRow> Rows);

/// <summary><c>POST /admin/v1/reconcile?source=openai|azure</c> with a provider's cost export: its difference from the ledger.</summary>
internal static class ReconcileEndpoint
{
    private const long MaxBytes = 64L << 20;
    private const int MaxItems = 100;

    public static void MapReconciliation(this IEndpointRouteBuilder app) => app.MapPost("/admin/v1/reconcile", ReconcileAsync).WithQuery("source", "provider", "from", "to");

    private static async Task<ReconcileAnswer> ReconcileAsync(HttpContext http, LedgerReader ledger, GatewaySnapshot snapshot, TimeProvider time)
    {
        var query = new QueryReader(http.Request.Query);
        var source = query.Text("source") is null
            ? throw new GatewayException(ErrorKind.MissingParameter, $"Missing required parameter: 'source', one of {string.Join(", ", CostColumns.Sources)}.", "source")
            : query.Word("source", [.. CostColumns.Sources]);
        var (from, to) = query.Period();
        // A part of the last day means all of it; the last day of the year 9999 has no next day.
        var (first, end) = (Day(from), Day(to is { } moment ? Math.Min(moment + UsageSum.Day - 1, Days.LastSecond * 1000) : null));
        var providers = await ProvidersAsync(query.Many("provider"), source, snapshot, ledger, time, http.RequestAborted);
        var file = new CostFile(source, new ModelNames(snapshot.Catalogue.Models.Keys), first, end);
        await UploadedFile.ReadAsync(http.Request, MaxBytes, text => file.ReadAsync(text, http.RequestAborted), http.RequestAborted);
        // Without from and to, that of the file; without one of them, it is open there and ends with the last figure of either side.
        var period = first is null && end is null ? file.Days : (first ?? Day(0)!.Value, end ?? DateOnly.MaxValue);
        var charges = period is (var start, var stop) && start < stop ? await ChargesAsync(ledger, providers, start, stop, time, http.RequestAborted) : [];
        var data = DayDrift.Of(file.Sums, charges);
        if (data.Count > 0)
            (first, end) = (first ?? data[0].Day, end ?? data[^1].Day.AddDays(1));
        return new ReconcileAnswer(
            source, providers, "usd", first, end, file.Rows, new Drift(data.Sum(row => row.ProviderUsd), data.Sum(row => row.LedgerUsd)), data,
            new UnmatchedAnswer(file.Unmatched.Values.Sum(), [.. file.Unmatched.OrderByDescending(item => Math.Abs(item.Value)).Take(MaxItems).Select(item => new UnmatchedItem(item.Key, item.Value))]),
            new BadRowsAnswer(file.BadCount, file.BadRows));
    }

    // The ledger's charges in USD; a job's charge counts for its last attempt's provider.
    private static async Task<Dictionary<(DateOnly, string), decimal>> ChargesAsync(
        LedgerReader ledger, IReadOnlyList<string> providers, DateOnly from, DateOnly to, TimeProvider time, CancellationToken cancellationToken)
    {
        var query = new SumQuery(Moment(from), Moment(to)) { Width = UsageSum.Day, GroupBy = [Dimension.Model, Dimension.Target], Sums = ["charge"], NotAllZero = ["charge"] };
        var rows = await ledger.ReadAsync(connection => query.ListAsync(connection, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken), cancellationToken);
        return rows.Where(row => providers.Contains(row.Keys[1].Split('/')[0])).GroupBy(row => (Day(row.Start)!.Value, row.Keys[0]))
            .ToDictionary(group => group.Key, group => new NanoUsd(group.Sum(row => row.Values[0])).Usd);
    }

    // Those asked for; else those of the source's kind.
    private static async Task<IReadOnlyList<string>> ProvidersAsync(
        IReadOnlyList<string> asked, string source, GatewaySnapshot snapshot, LedgerReader ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        var targets = snapshot.Routing.Targets;
        if (asked.Count == 0)
            return Names(targets.Where(target => source == "azure" ? target.Provider is AzureOpenAiProvider : target.Provider is OpenAiProvider).Select(target => target.Name));
        var known = Names(targets.Select(target => target.Name));
        // One that is not configured any more may have charges.
        if (asked.Any(name => !known.Contains(name)))
            known = Names(targets.Select(target => target.Name).Concat(await ChargedAsync(ledger, time, cancellationToken)));
        return asked.FirstOrDefault(name => !known.Contains(name)) is { } unknown ? throw GatewayException.Invalid("provider", unknown, string.Join(", ", known)) : asked;
    }

    private static List<string> Names(IEnumerable<string> targets) => [.. targets.Select(target => target.Split('/')[0]).Distinct().Order(StringComparer.Ordinal)];

    // The targets that the ledger knows; '' stands for jobs that came to none.
    private static async Task<IEnumerable<string>> ChargedAsync(LedgerReader ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var rows = await ledger.ReadAsync(connection => new SumQuery(0, now + 1) { GroupBy = [Dimension.Target], Sums = ["charge"] }.ListAsync(connection, now, cancellationToken), cancellationToken);
        return rows.Select(row => row.Keys[0]).Where(target => target.Length > 0);
    }

    private static DateOnly? Day(long? moment) => moment is { } ms ? DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime) : null;

    private static long Moment(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
}
