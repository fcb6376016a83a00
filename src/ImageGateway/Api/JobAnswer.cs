using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Api;

/// <summary>A job as its tenant sees it. The amount and its basis are null while it runs; targets are null if they are hidden.</summary>
internal sealed record JobAnswer(
    string Id, string Status, long CreatedAt, string? Model, string? ServedModel, string? Target, long Images, UsageAnswer? Usage,
    decimal? ChargeUsd, string? Basis, string? ErrorCode, IReadOnlyList<AttemptAnswer> Attempts)
{
    public string Object { get; init; } = "image.job";

    /// <summary>A running job.</summary>
    public static JobAnswer Running(LedgerEntry intent, bool hideTarget) => new(
        intent.Id, "running", intent.CreatedAt / 1000, intent.RequestedModel, intent.ServedModel, hideTarget ? null : intent.Target, 0, null, null, null, null,
        [.. intent.Attempts.Select(attempt => AttemptAnswer.Of(attempt, hideTarget) with { ChargeUsd = attempt.Ended ? new NanoUsd(attempt.Charge).Usd : null })]);

    /// <summary>A finished job, as this process knows it.</summary>
    public static JobAnswer Ended(LedgerEntry entry, bool hideTarget) => Running(entry, hideTarget) with
    {
        Status = WireName.Of(entry.Status),
        Images = entry.Images,
        Usage = UsageAnswer.Of(entry.Usage),
        ChargeUsd = new NanoUsd(entry.Charge).Usd,
        Basis = WireName.Of(entry.Basis),
        ErrorCode = entry.ErrorCode,
    };

    /// <summary>A finished job, as the ledger knows it. Corrections hold differences; their outcome supersedes the entry's.</summary>
    public static JobAnswer Ended(IReadOnlyList<LedgerRow> rows, bool hideTarget)
    {
        var (entry, latest) = (rows[0], rows[^1]);
        return new JobAnswer(
            entry.Id, latest.Status, entry.CreatedAt / 1000, entry.RequestedModel, latest.ServedModel, hideTarget ? null : latest.Target, latest.Images,
            UsageAnswer.Of(rows.Aggregate(default(TokenUsage), (sum, row) => sum + row.Usage)), new NanoUsd(rows.Sum(row => row.Charge)).Usd, latest.Basis, latest.ErrorCode,
            [.. latest.ReadAttempts().Select(attempt => AttemptAnswer.Of(attempt, hideTarget))]);
    }
}

[JsonSerializable(typeof(JobAnswer))]
[JsonSerializable(typeof(Async.AsyncState))]
internal sealed partial class JobJson : JsonSerializerContext
{
    /// <summary>The format for clients and between replicas.</summary>
    public static JobJson Wire { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
