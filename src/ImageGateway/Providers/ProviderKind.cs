using System.Collections.Frozen;
using ImageGateway.Configuration;
using ImageGateway.Providers.AzureOpenAi;
using ImageGateway.Providers.OpenAi;
using ImageGateway.Providers.OpenAiCompatible;

namespace ImageGateway.Providers;

/// <summary>A kind of provider: the name configuration uses, and how one is made (null when a mistake was reported).</summary>
internal sealed record ProviderKind(string Name, Func<ProviderSettings, IImageProvider?> Create)
{
    /// <summary>What OpenTelemetry's conventions call providers of this kind; null: they go by their names in the configuration.</summary>
    public string? ConventionalName { get; init; }

    /// <summary>All kinds by name. A new provider is one more line here.</summary>
    public static FrozenDictionary<string, ProviderKind> All { get; } = new[]
    {
        OpenAiProvider.Kind,
        AzureOpenAiProvider.Kind,
        OpenAiCompatibleProvider.Kind,
    }.ToFrozenDictionary(kind => kind.Name);
}
