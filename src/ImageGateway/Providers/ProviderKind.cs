using System.Collections.Frozen;
using ImageGateway.Providers.AzureOpenAi;
using ImageGateway.Providers.OpenAi;
using ImageGateway.Providers.OpenAiCompatible;

namespace ImageGateway.Providers;

/// <summary>A kind of provider: its name in the configuration and its factory, which returns null when it reported a mistake.</summary>
internal sealed record ProviderKind(string Name, Func<ProviderSettings, IImageProvider?> Create)
{
    /// <summary>The name of this kind in OpenTelemetry's conventions; null: the provider's name in the configuration is used.</summary>
    public string? ConventionalName { get; init; }

    /// <summary>All kinds by name. A new provider is one more line here.</summary>
    public static FrozenDictionary<string, ProviderKind> All { get; } = new[]
    {
        OpenAiProvider.Kind,
        AzureOpenAiProvider.Kind,
        OpenAiCompatibleProvider.Kind,
    }.ToFrozenDictionary(kind => kind.Name);
}
