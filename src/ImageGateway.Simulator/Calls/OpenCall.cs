namespace ImageGateway.Simulator.Calls;

/// <summary>A call being answered: one writer replaces its record, readers see whole records only.</summary>
internal sealed class OpenCall(Call call, Action<TokenUsage?, int> bill)
{
    private volatile Call _current = call;

    public Call Current => _current;

    public void Update(Func<Call, Call> change) => _current = change(_current);

    /// <summary>Records the charge for images about to be sent; a stream records every image separately.</summary>
    public void Bill(TokenUsage? usage, IReadOnlyCollection<string> images)
    {
        Update(now => now with { Usage = Add(now.Usage, usage), Images = [.. now.Images, .. images] });
        bill(usage, images.Count);
    }

    private static TokenUsage? Add(TokenUsage? sum, TokenUsage? more) =>
        sum is null || more is null
            ? sum ?? more
            : new TokenUsage(sum.InputTextTokens + more.InputTextTokens, sum.InputImageTokens + more.InputImageTokens, sum.OutputTokens + more.OutputTokens);
}
