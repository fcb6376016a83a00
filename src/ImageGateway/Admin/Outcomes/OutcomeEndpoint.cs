using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Admin.Outcomes;

/// <summary>
/// <c>GET /admin/v1/ledger/outcomes</c>: traffic, errors and latency of a period (default: the last 24 hours), with the
/// ledger's filters.
/// </summary>
internal static class OutcomeEndpoint
{
    // Totals lack outcomes and times, so entries are read; these fit in a few MB and take well under a second.
    private const int MostJobs = 50_000;
    private const int MostBuckets = 3_000;
    private const int MostErrors = 10;
    private const long Minute = 60_000;

    public static void MapOutcomes(this IEndpointRouteBuilder app) => app.MapGet("/admin/v1/ledger/outcomes", async (HttpContext http, LedgerReader ledger, TimeProvider time) =>
    {
        var (query, now) = (new QueryReader(http.Request.Query), time.GetUtcNow().ToUnixTimeMilliseconds());
        var filter = LedgerFilters.Read(query);
        var to = filter.To ?? now + 1;
        filter = filter with { From = filter.From ?? to - UsageSum.Day, To = to };
        var granularity = query.Word("granularity", "hour", "day", "minute");
        var width = granularity switch { "day" => UsageSum.Day, "hour" => UsageSum.Hour, _ => Minute };
        if ((to - filter.From.Value) / width > MostBuckets)
        {
            // A day, which is usual, has fewer; so one of the two was sent.
            var sent = query.Text("granularity") is null ? "from" : "granularity";
            throw GatewayException.Invalid(sent, query.Text(sent)!, $"at most {MostBuckets} buckets (a {granularity} each); ask for a shorter period or a wider bucket");
        }
        var jobs = await ledger.ReadAsync(connection => filter.OutcomesAsync(connection, MostJobs + 1, http.RequestAborted), http.RequestAborted);
        return Answer(jobs, filter.From.Value, to, granularity, width);
    }).WithQuery(["granularity", .. LedgerFilters.Names]);

    // The jobs come newest first.
    private static OutcomeAnswer Answer(List<JobOutcome> jobs, long from, long to, string granularity, long width)
    {
        var isWhole = jobs.Count <= MostJobs;
        if (!isWhole)
            jobs.RemoveAt(MostJobs);
        var buckets = jobs.GroupBy(job => job.CreatedAt / width * width).Select(bucket => new OutcomeBucket(bucket.Key / 1000, OutcomeSums.Of([.. bucket]))).Reverse();
        var errors = jobs.Where(job => job.ErrorCode is not null).GroupBy(job => job.ErrorCode!).Select(error => new ErrorCount(error.Key, error.Count()))
            .OrderByDescending(error => error.Jobs).ThenBy(error => error.ErrorCode, StringComparer.Ordinal).Take(MostErrors);
        return new OutcomeAnswer((isWhole ? from : jobs[^1].CreatedAt) / 1000, (to + 999) / 1000, granularity, isWhole, OutcomeSums.Of(jobs), [.. buckets], [.. errors]);
    }
}
