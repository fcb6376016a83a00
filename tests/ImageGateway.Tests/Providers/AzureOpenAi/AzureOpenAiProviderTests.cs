using ImageGateway.Providers;

namespace ImageGateway.Tests.Providers.AzureOpenAi;

/// <summary>Azure's deployment-scoped URLs.</summary>
public sealed class AzureOpenAiProviderTests : ProviderConformanceTests
{
    private protected override string Name => "img-std";

    private protected override ProviderOptions Options { get; } = new() { Kind = "AzureOpenAI", Simulated = true };
}

/// <summary>Azure's v1 URLs.</summary>
public sealed class AzureOpenAiV1ProviderTests : ProviderConformanceTests
{
    private protected override string Name => "img-std";

    private protected override ProviderOptions Options { get; } = new() { Kind = "AzureOpenAI", ApiStyle = "v1", Simulated = true };
}
