using System.ComponentModel;
using System.Globalization;
using ImageGateway.Providers.OpenAiCompatible;

namespace ImageGateway.Providers;

/// <summary>One upstream account or endpoint (<c>Gateway:Providers:NAME</c>).</summary>
internal sealed class ProviderOptions
{
    /// <summary><c>OpenAI</c>, <c>AzureOpenAI</c> or <c>OpenAICompatible</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The base URL of an OpenAI or OpenAI-compatible provider, with <c>/v1</c>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>The URL of an Azure OpenAI resource, without a path; of a proxy in front of one, up to where Azure's <c>/openai</c> begins.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Azure's <c>api-version</c>; absent: 2025-04-01-preview with deployment-scoped URLs, none with <c>v1</c>.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>The style of Azure's URLs: <c>deployments</c> (default) or <c>v1</c>.</summary>
    public string? ApiStyle { get; set; }

    /// <summary>The API key, as <c>env:NAME</c>, <c>file:PATH</c> or <c>vault:NAME</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary><c>EntraId</c>: authenticate with an Entra ID token instead of an API key.</summary>
    public string? Credential { get; set; }

    /// <summary>Sent as <c>OpenAI-Organization</c>; empty: not sent.</summary>
    public string? Organization { get; set; }

    /// <summary>Sent as <c>OpenAI-Project</c>; empty: not sent.</summary>
    public string? Project { get; set; }

    /// <summary>How an OpenAI-compatible API differs from OpenAI's; absent: not at all.</summary>
    public ProfileOptions? Profile { get; set; }

    /// <summary>Longest wait for a response to start, and for its next byte; 10 ms to 1 h. A stream that makes progress has no other limit.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Longest wait for a new connection, TLS included; 1 s to 1 minute. Nothing has been sent by then, so the gateway may try
    /// the next target.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most connections to the provider at once; 1 to 10 000.</summary>
    public int MaxConnections { get; set; } = 256;

    /// <summary><c>catalogue</c> (default): the catalogue's shutdown dates apply; <c>ignore</c>: the models here never retire.</summary>
    public string Lifecycle { get; set; } = "catalogue";

    /// <summary>When a target's circuit breaker opens, and for how long.</summary>
    public CircuitOptions Circuit { get; set; } = new();

    /// <summary>
    /// How often the gateway sends <c>GET models</c>, so that it stops using a dead provider before a job fails on it; 1 s to 1
    /// h; absent: never.
    /// </summary>
    public TimeSpan? Probe { get; set; }

    /// <summary>
    /// Hosts allowed in this provider's image URLs, each by its whole name. If there are any, the gateway fetches the images and serves them itself,
    /// because providers' URLs expire. Absent: image URLs pass unchanged.
    /// </summary>
    public List<string> ImageHosts { get; set; } = [];

    /// <summary>
    /// Whether the gateway sends the provider the W3C trace context of a call (<c>traceparent</c>, <c>tracestate</c>; never
    /// baggage).
    /// </summary>
    public bool ForwardTrace { get; set; }

    /// <summary>True for a simulator; without a URL, the one inside this process.</summary>
    public bool Simulated { get; set; }

    /// <summary>The models it serves: names, or objects with <c>Model</c> and options.</summary>
    public List<TargetOptions> Models { get; set; } = [];

    /// <summary>Azure's deployments by name.</summary>
    public Dictionary<string, TargetOptions> Deployments { get; set; } = [];
}

/// <summary>
/// A circuit breaker: while open, a target gets no calls; then one trial call decides. Compared by value, so that a reload that
/// does not change it does not reset the circuit.
/// </summary>
internal sealed record CircuitOptions
{
    /// <summary>Share of failed calls at which it opens; above 0, at most 1.</summary>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>Calls within the window before it can open; 2 to 10 000.</summary>
    public int MinimumThroughput { get; set; } = 10;

    /// <summary>The sampling window; 0.5 s to 1 h.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it stays open; 0.5 s to 1 h.</summary>
    public TimeSpan Break { get; set; } = TimeSpan.FromSeconds(15);
}

/// <summary>A model or deployment of a provider; a bare string is its model.</summary>
[TypeConverter(typeof(FromModelName))]
internal sealed class TargetOptions
{
    /// <summary>A model of the catalogue.</summary>
    public string Model { get; set; } = "";

    /// <summary>
    /// The first day (UTC, yyyy-MM-dd) on which it is gone; <c>catalogue</c> (default): the catalogue's date; null or empty: it
    /// stays.
    /// </summary>
    public string? Shutdown { get; set; } = "catalogue";

    /// <summary>Calls it may take within 60 s; 1 to 1 000 000.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Images that may be requested from it within 60 s; 1 to 1 000 000.</summary>
    public int? ImagesPerMinute { get; set; }

    /// <summary>Calls it may have in flight on each replica; 1 to 10 000.</summary>
    public int? Concurrent { get; set; }

    /// <summary>The region it runs in, for routes with <c>Regions</c>.</summary>
    public string? Region { get; set; }

    /// <summary>Its share under <c>Weighted</c>, 1 to 1 000.</summary>
    public int? Weight { get; set; }

    /// <summary>Its price as a share of the list price: 0.8 is a discount of 20 %. 0 to 10.</summary>
    public decimal PriceFactor { get; set; } = 1;

    private sealed class FromModelName : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new TargetOptions { Model = (string)value };
    }
}
