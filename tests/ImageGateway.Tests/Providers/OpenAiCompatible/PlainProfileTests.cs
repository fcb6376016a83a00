using ImageGateway.Providers;

namespace ImageGateway.Tests.Providers.OpenAiCompatible;

/// <summary>No profile at all: an API that is OpenAI's but for its edits, which are forms (CometAPI).</summary>
public sealed class PlainProfileTests : ProviderConformanceTests
{
    private protected override string Name => "gpt-image-1";

    private protected override ProviderOptions Options { get; } = new() { Kind = "OpenAICompatible", Simulated = true };
}
