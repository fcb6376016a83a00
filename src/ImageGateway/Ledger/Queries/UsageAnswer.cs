using ImageGateway.Images;

namespace ImageGateway.Ledger.Queries;

/// <summary>Tokens in OpenAI's wire format; cached tokens are included in the counts of their kind.</summary>
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
/// <param name="Status">The provider's HTTP status; null without a response.</param>
/// <param name="UpstreamRequestId">The provider's request id; null when it gave none, or is hidden.</param>
internal sealed record AttemptAnswer(string? Target, int? Status, long DurationMs, decimal? ChargeUsd, string? ErrorCode, string? UpstreamRequestId)
{
    public static AttemptAnswer Of(LedgerAttempt attempt, bool hideTarget) => new(
        hideTarget ? null : attempt.Target, attempt.Status, attempt.DurationMs, new NanoUsd(attempt.Charge).Usd, attempt.ErrorCode, hideTarget ? null : attempt.UpstreamRequestId);
}
