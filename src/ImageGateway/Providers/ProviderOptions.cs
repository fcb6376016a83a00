using System.ComponentModel;
using System.Globalization;
using ImageGateway.Configuration;

namespace ImageGateway.Providers;

/// <summary>One upstream account or endpoint (<c>Gateway:Providers:NAME</c>).</summary>
[NotYetInForce("Circuit", "ImageHosts")]
internal sealed class ProviderOptions
{
    /// <summary><c>OpenAI</c> or <c>AzureOpenAI</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Where an OpenAI provider is, with <c>/v1</c>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Where an Azure OpenAI resource is, without a path.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Azure's <c>api-version</c>; deployment-scoped URLs need one.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Azure's URLs: <c>deployments</c> (default) or <c>v1</c>.</summary>
    public string? ApiStyle { get; set; }

    /// <summary>The API key, as <c>env:NAME</c> or <c>file:PATH</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary><c>EntraId</c>: a token of Azure's identity instead of an API key.</summary>
    public string? Credential { get; set; }

    /// <summary>Sent as <c>OpenAI-Organization</c>.</summary>
    public string? Organization { get; set; }

    /// <summary>Sent as <c>OpenAI-Project</c>.</summary>
    public string? Project { get; set; }

    /// <summary>Longest wait for a response to start, and for its next byte; 1 s to 1 h. A stream that makes progress has no other limit.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Most connections to the provider at once; 1 to 10 000.</summary>
    public int MaxConnections { get; set; } = 256;

    /// <summary><c>catalogue</c> (default): the catalogue's shutdown dates apply; <c>ignore</c>: the models here never retire.</summary>
    public string Lifecycle { get; set; } = "catalogue";

    /// <summary>True for a simulator. Without a URL it is the one inside this process.</summary>
    public bool Simulated { get; set; }

    /// <summary>The models it serves: names, or objects with <c>Model</c> and options.</summary>
    public List<TargetOptions> Models { get; set; } = [];

    /// <summary>Azure's deployments by name.</summary>
    public Dictionary<string, TargetOptions> Deployments { get; set; } = [];
}

/// <summary>A model or deployment of a provider; a bare string is its model.</summary>
[TypeConverter(typeof(FromModelName))]
[NotYetInForce("RequestsPerMinute", "ImagesPerMinute", "Concurrent", "Region", "PriceFactor", "Weight")]
internal sealed class TargetOptions
{
    /// <summary>A model of the catalogue.</summary>
    public string Model { get; set; } = "";

    /// <summary>The first day (UTC, yyyy-MM-dd) it is gone; <c>catalogue</c> (default): the catalogue's; null or empty: it stays.</summary>
    public string? Shutdown { get; set; } = "catalogue";

    private sealed class FromModelName : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new TargetOptions { Model = (string)value };
    }
}
