using ImageGateway.Simulator.Calls;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>OpenAI's published prices, in nano-USD, apart from the gateway's catalogue.</summary>
internal static class Prices
{
    /// <summary>A picture of dall-e-3, standard, 1024x1024.</summary>
    public const long DallE3 = 40_000_000;

    /// <summary>What gpt-image-1 bills for a usage: 5, 10 and 40 USD for a million tokens.</summary>
    public static long Gpt(TokenUsage usage) => Gpt(usage.InputTextTokens, usage.InputImageTokens, usage.OutputTokens);

    /// <summary>The same for counts.</summary>
    public static long Gpt(long text, long images, long output) => (5_000 * text) + (10_000 * images) + (40_000 * output);
}
