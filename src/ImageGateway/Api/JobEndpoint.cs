using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>A job as its tenant sees it. The amount and its basis are null while it runs, as are targets where they are hidden.</summary>
internal sealed record JobAnswer(
    string Id, string Status, long CreatedAt, string? Model, string? ServedModel, string? Target, long Images, UsageAnswer? Usage,
    decimal? ChargeUsd, string? Basis, string? ErrorCode, IReadOnlyList<AttemptAnswer> Attempts)
{
    public string Object { get; init; } = "image.job";
}

/// <summary><c>GET /v1/images/jobs/{request-id}</c>: what became of a job of this tenant's.</summary>
internal static class JobEndpoint
{
    public static void MapImageJobs(this IEndpointRouteBuilder app) => app.MapGet("/v1/images/jobs/{id}", async (string id, HttpContext http, LedgerReader ledger) =>
    {
        var caller = http.Caller();
        return await ledger.ReadAsync(async connection =>
        {
            // The intent first: a job that ends in between is found as an entry then.
            var running = await JobQueries.RunningAsync(connection, id, http.RequestAborted);
            var rows = await JobQueries.EntryAsync(connection, id, http.RequestAborted);
            return rows is [var entry, ..] && entry.Id == id && entry.Corrects is null && entry.Tenant == caller.Tenant ? Ended(rows, caller)
                : rows.Count == 0 && running?.Tenant == caller.Tenant ? Running(running, caller)
                : throw new GatewayException(ErrorKind.NotFound, $"There is no job '{GatewayException.Shortened(id)}'.", "id");
        }, http.RequestAborted);
    });

    // Corrections hold differences; what they say of the outcome is later knowledge.
    private static JobAnswer Ended(List<LedgerRow> rows, Caller caller)
    {
        var (entry, latest) = (rows[0], rows[^1]);
        return new JobAnswer(
            entry.Id, latest.Status, entry.CreatedAt / 1000, entry.RequestedModel, latest.ServedModel, caller.HideTarget ? null : latest.Target, latest.Images,
            UsageAnswer.Of(rows.Aggregate(default(TokenUsage), (sum, row) => sum + row.Usage)), new NanoUsd(rows.Sum(row => row.Charge)).Usd, latest.Basis, latest.ErrorCode,
            [.. latest.ReadAttempts().Select(attempt => AttemptAnswer.Of(attempt, caller.HideTarget))]);
    }

    private static JobAnswer Running(LedgerEntry intent, Caller caller) => new(
        intent.Id, "running", intent.CreatedAt / 1000, intent.RequestedModel, intent.ServedModel, caller.HideTarget ? null : intent.Target, 0, null, null, null, null,
        [.. intent.Attempts.Select(attempt => AttemptAnswer.Of(attempt, caller.HideTarget) with { ChargeUsd = attempt.Ended ? new NanoUsd(attempt.Charge).Usd : null })]);
}
