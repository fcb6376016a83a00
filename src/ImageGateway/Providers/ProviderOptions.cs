using System.ComponentModel;
using System.Globalization;
using ImageGateway.Configuration;
using ImageGateway.Providers.OpenAiCompatible;

namespace ImageGateway.Providers;

/// <summary>One upstream account or endpoint (<c>Gateway:Providers:NAME</c>).</summary>
internal sealed class ProviderOptions
{
    /// <summary><c>OpenAI</c>, <c>AzureOpenAI</c> or <c>OpenAICompatible</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Where an OpenAI or OpenAI-compatible provider is, with <c>/v1</c>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Where an Azure OpenAI resource is, without a path.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Azure's <c>api-version</c>; deployment-scoped URLs need one.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Azure's URLs: <c>deployments</c> (default) or <c>v1</c>.</summary>
    public string? ApiStyle { get; set; }

    /// <summary>The API key, as <c>env:NAME</c>, <c>file:PATH</c> or <c>vault:NAME</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary><c>EntraId</c>: a token of Azure's identity instead of an API key.</summary>
    public string? Credential { get; set; }

    /// <summary>Sent as <c>OpenAI-Organization</c>; empty: not sent.</summary>
    public string? Organization { get; set; }

    /// <summary>Sent as <c>OpenAI-Project</c>; empty: not sent.</summary>
    public string? Project { get; set; }

    /// <summary>How an OpenAI-compatible API differs from OpenAI's; absent: it does not.</summary>
    public ProfileOptions? Profile { get; set; }

    /// <summary>Longest wait for a response to start, and for its next byte; 10 ms to 1 h. A stream that makes progress has no other limit.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait for a new connection, TLS included; 1 s to 1 minute. Nothing is sent before it, so the next target may be asked then.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most connections to the provider at once; 1 to 10 000.</summary>
    public int MaxConnections { get; set; } = 256;

    /// <summary><c>catalogue</c> (default): the catalogue's shutdown dates apply; <c>ignore</c>: the models here never retire.</summary>
    public string Lifecycle { get; set; } = "catalogue";

    /// <summary>When the circuit of one of its targets opens.</summary>
    public CircuitOptions Circuit { get; set; } = new();

    /// <summary>How often <c>GET models</c> is asked, so that a provider that is gone rests before a job meets it; 1 s to 1 h; absent: never.</summary>
    public TimeSpan? Probe { get; set; }

    /// <summary>Hosts that the addresses of its pictures may have. Where there are any, pictures are taken over: fetched and given out by the gateway, since providers' addresses expire. Absent: addresses pass as they are.</summary>
    public List<string> ImageHosts { get; set; } = [];

    /// <summary>Whether the provider is told which W3C trace a call belongs to (<c>traceparent</c>, <c>tracestate</c>; never baggage).</summary>
    public bool ForwardTrace { get; set; }

    /// <summary>True for a simulator. Without a URL it is the one inside this process.</summary>
    public bool Simulated { get; set; }

    /// <summary>The models it serves: names, or objects with <c>Model</c> and options.</summary>
    public List<TargetOptions> Models { get; set; } = [];

    /// <summary>Azure's deployments by name.</summary>
    public Dictionary<string, TargetOptions> Deployments { get; set; } = [];
}

/// <summary>
/// A circuit breaker: open, a target gets no calls for a while, then one to try it. Compared by value: a reload that changes
/// nothing of it resets no circuit.
/// </summary>
internal sealed record CircuitOptions
{
    /// <summary>Share of failed calls that opens it; above 0, to 1.</summary>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>Calls within the window before it may open; 2 to 10 000.</summary>
    public int MinimumThroughput { get; set; } = 10;

    /// <summary>The window; 0.5 s to 1 h.</summary>
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

    /// <summary>The first day (UTC, yyyy-MM-dd) it is gone; <c>catalogue</c> (default): the catalogue's; null or empty: it stays.</summary>
    public string? Shutdown { get; set; } = "catalogue";

    /// <summary>Calls it may take within 60 s; 1 to 1 000 000.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Pictures it may be asked for within 60 s; 1 to 1 000 000.</summary>
    public int? ImagesPerMinute { get; set; }

    /// <summary>Calls it may have in flight; 1 to 10 000.</summary>
    public int? Concurrent { get; set; }

    /// <summary>Where it runs, for routes with <c>Regions</c>.</summary>
    public string? Region { get; set; }

    /// <summary>Its share under <c>Weighted</c>, 1 to 1 000.</summary>
    public int? Weight { get; set; }

    /// <summary>What it costs, as a share of the list price: 0.8 is a discount of 20 %. 0 to 10.</summary>
    public decimal PriceFactor { get; set; } = 1;

    private sealed class FromModelName : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new TargetOptions { Model = (string)value };
    }
}
