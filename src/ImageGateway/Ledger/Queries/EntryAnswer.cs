using System.Text.Json.Serialization;
using ImageGateway.Images;

namespace ImageGateway.Ledger.Queries;

/// <summary>Tokens in OpenAI's wire form; the cached ones are contained in the counts of their kind.</summary>
internal sealed record UsageAnswer(long InputTokens, InputTokensAnswer InputTokensDetails, long OutputTokens, OutputTokensAnswer OutputTokensDetails, long TotalTokens)
{
    /// <summary>Null when nothing was counted.</summary>
    public static UsageAnswer? Of(TokenUsage usage) => usage.Total == 0 ? null : new UsageAnswer(
        usage.TextInput + usage.ImageInput, new InputTokensAnswer(usage.TextInput, usage.ImageInput, usage.CachedTextInput, usage.CachedImageInput),
        usage.ImageOutput + usage.TextOutput, new OutputTokensAnswer(usage.ImageOutput, usage.TextOutput), usage.Total);
}

internal sealed record InputTokensAnswer(long TextTokens, long ImageTokens, long CachedTextTokens, long CachedImageTokens);

internal sealed record OutputTokensAnswer(long ImageTokens, long TextTokens);

/// <summary>One call to a provider.</summary>
/// <param name="Status">The provider's HTTP status; null when none came.</param>
internal sealed record AttemptAnswer(string? Target, int? Status, long DurationMs, decimal? ChargeUsd, string? ErrorCode)
{
    public static AttemptAnswer Of(LedgerAttempt attempt, bool hideTarget = false) => new(
        hideTarget ? null : attempt.Target, attempt.Status, attempt.DurationMs, new NanoUsd(attempt.Charge).Usd, attempt.ErrorCode);
}

/// <summary>An entry of the ledger as finance reads it. <see cref="CreatedAt"/> is Unix seconds; amounts are USD, exact to nine decimals.</summary>
internal sealed record EntryAnswer
{
    public required string Id { get; init; }
    public required long CreatedAt { get; init; }
    public required string Tenant { get; init; }
    public required string Project { get; init; }
    public required string KeyId { get; init; }
    public string? User { get; init; }
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
    public required string Operation { get; init; }
    public string? Route { get; init; }
    public string? Tier { get; init; }
    public string? RequestedModel { get; init; }
    public string? ServedModel { get; init; }
    public string? Target { get; init; }
    public string? Size { get; init; }
    public string? Quality { get; init; }
    public long N { get; init; }
    public long Images { get; init; }
    public UsageAnswer? Usage { get; init; }
    public decimal ChargeUsd { get; init; }
    public required string Basis { get; init; }
    public decimal ListUsd { get; init; }
    public decimal BilledUsd { get; init; }
    public decimal AvoidedUsd { get; init; }
    public decimal WorstCaseUsd { get; init; }
    public string? PriceBook { get; init; }
    public required string Status { get; init; }
    public string? ErrorCode { get; init; }
    public bool Stream { get; init; }
    public long? FirstByteMs { get; init; }
    public long DurationMs { get; init; }
    public long BytesIn { get; init; }
    public long BytesOut { get; init; }
    public string? ClientRequestId { get; init; }

    /// <summary>The entry that this one corrects; its amounts are differences then.</summary>
    public string? Corrects { get; init; }
    public required IReadOnlyList<AttemptAnswer> Attempts { get; init; }

    /// <summary>What was corrected later; only of an entry that is asked for by its id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EntryAnswer>? Corrections { get; init; }

    public static EntryAnswer Of(LedgerRow row) => new()
    {
        Id = row.Id,
        CreatedAt = row.CreatedAt / 1000,
        Tenant = row.Tenant,
        Project = row.Project,
        KeyId = row.KeyId,
        User = row.User,
        Tags = row.ReadTags(),
        Operation = row.Operation,
        Route = row.Route,
        Tier = row.Tier,
        RequestedModel = row.RequestedModel,
        ServedModel = row.ServedModel,
        Target = row.Target,
        Size = row.Size,
        Quality = row.Quality,
        N = row.N,
        Images = row.Images,
        Usage = UsageAnswer.Of(row.Usage),
        ChargeUsd = new NanoUsd(row.Charge).Usd,
        Basis = row.Basis,
        ListUsd = new NanoUsd(row.ListCost).Usd,
        BilledUsd = new NanoUsd(row.BilledCost).Usd,
        AvoidedUsd = new NanoUsd(row.AvoidedCost).Usd,
        WorstCaseUsd = new NanoUsd(row.WorstCase).Usd,
        PriceBook = row.PriceBook,
        Status = row.Status,
        ErrorCode = row.ErrorCode,
        Stream = row.Stream,
        FirstByteMs = row.FirstByteMs,
        DurationMs = row.DurationMs,
        BytesIn = row.BytesIn,
        BytesOut = row.BytesOut,
        ClientRequestId = row.ClientRequestId,
        Corrects = row.Corrects,
        Attempts = [.. row.ReadAttempts().Select(attempt => AttemptAnswer.Of(attempt))],
    };
}
