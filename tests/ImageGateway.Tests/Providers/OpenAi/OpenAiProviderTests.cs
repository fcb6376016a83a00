using ImageGateway.Providers;

namespace ImageGateway.Tests.Providers.OpenAi;

public sealed class OpenAiProviderTests : ProviderConformanceTests
{
    private protected override string Name => "gpt-image-1";

    private protected override ProviderOptions Options { get; } = new() { Kind = "OpenAI", Simulated = true };
}
