using System.Globalization;
using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>The worst case of a job in one measure, and the target that causes it.</summary>
/// <param name="Amount">Nano-USD or output tokens.</param>
/// <param name="Target">The target; null when it is hidden from the tenant.</param>
internal readonly record struct WorstCase(long Amount, string? Target)
{
    /// <summary>The greater of this and another target's worst case.</summary>
    public WorstCase Or(long amount, string? target) => amount > Amount ? new WorstCase(amount, target) : this;
}

/// <summary>The errors for limits without enough room.</summary>
internal static class Refusals
{
    /// <summary>The error for the counter that refuses.</summary>
    /// <param name="use">The counter.</param>
    /// <param name="answer">The store's answer.</param>
    /// <param name="target">The target that causes the worst case, unless it is hidden.</param>
    public static GatewayException Of(CounterUse use, QuotaAnswer answer, string? target = null)
    {
        if (use.Limit.Kind.IsShort)
            return use.Amount > use.Limit.Enforced ? TooMuchAtOnce(use, target) : TooSoon(use, answer);
        return new GatewayException(ErrorKind.InsufficientQuota, string.Create(
            CultureInfo.InvariantCulture, $"{Limit(use)} {Why(use, answer.States[answer.Refused], target)} {Reset(use)}"));
    }

    // A limit of which nothing is spent, or that no wait can make large enough for the job, is not called "reached".
    private static string Why(CounterUse use, CounterState state, string? target)
    {
        var (kind, max) = (use.Limit.Kind, use.Limit.Enforced!.Value);
        var isSpent = state.Used > 0 && use.Amount <= max;
        var stands = string.Create(CultureInfo.InvariantCulture, $"{kind.Shown(max)}{Unit(kind)} allowed, {kind.Shown(state.Used)} spent, {kind.Shown(state.Held)} held by jobs in flight");
        return isSpent ? $"is reached: {stands}, and this job may take up to {Most(use)}." : $"does not cover this job: {stands}, and this job may take up to {Most(use)}{At(target)}.";
    }

    private static GatewayException TooSoon(CounterUse use, QuotaAnswer answer)
    {
        var wait = TimeSpan.FromMilliseconds(use.Shape == LimitShape.Concurrent ? 1000 : Math.Max(1, answer.RetryAfterMs));
        var text = string.Create(CultureInfo.InvariantCulture, $"{Limit(use)} is reached: {use.Limit.Enforced} allowed. Please try again in {wait.TotalSeconds:0.###} s.");
        return new GatewayException(new GatewayError(ErrorKind.RateLimited, text) { RetryAfter = wait });
    }

    // No bucket ever holds as much, so there is no time after which the job would pass.
    private static GatewayException TooMuchAtOnce(CounterUse use, string? target)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Limit(use)} does not cover this job: {use.Limit.Enforced} allowed, and this job may take up to {Most(use)}{At(target)}. It will not pass later either.");
        return new GatewayException(new GatewayError(ErrorKind.RateLimited, text) { IsFinal = true });
    }

    private static string Limit(CounterUse use) => $"The limit {use.Limit.Kind.Word} of {use.Scope}";

    private static string Most(CounterUse use) => use.Limit.Kind.Shown(use.Amount).ToString(CultureInfo.InvariantCulture);

    private static string At(string? target) => target is null ? "" : $", at {target}, the dearest target it may go to";

    private static string Unit(LimitKind kind) => kind.Measure == Measure.NanoUsd ? " USD" : " tokens";

    private static string Reset(CounterUse use) => use.Limit.Kind.End(use.Now) is { } end
        ? string.Create(CultureInfo.InvariantCulture, $"It resets at {end:yyyy-MM-ddTHH:mm:ssZ}.")
        : "It does not reset.";
}
