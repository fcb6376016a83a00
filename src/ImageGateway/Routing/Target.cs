using ImageGateway.Catalog;
using ImageGateway.Providers;

namespace ImageGateway.Routing;

/// <summary>A destination of jobs: a model or deployment of a provider.</summary>
internal sealed record Target
{
    /// <summary><c>provider/model-or-deployment</c>.</summary>
    public required string Name { get; init; }

    public required IImageProvider Provider { get; init; }

    /// <summary>The model of the catalogue it serves.</summary>
    public required Model Model { get; init; }

    /// <summary>Its name at the provider: the model's or the deployment's.</summary>
    public required string UpstreamName { get; init; }

    /// <summary>True when <see cref="UpstreamName"/> names a deployment.</summary>
    public bool IsDeployment { get; init; }

    /// <summary>True when a simulator answers.</summary>
    public bool Simulated { get; init; }

    /// <summary>The first day (UTC) on which it is gone; null: unknown, or it never retires.</summary>
    public DateOnly? Shutdown { get; init; }

    /// <summary>Where it runs, for data residency; null: not configured.</summary>
    public string? Region { get; init; }

    /// <summary>Calls it may take within 60 s; null: no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Images that may be requested from it within 60 s; null: no limit.</summary>
    public int? ImagesPerMinute { get; init; }

    /// <summary>Calls it may have in flight; null: no limit.</summary>
    public int? Concurrent { get; init; }

    /// <summary>Its price as a share of the list price.</summary>
    public decimal PriceFactor { get; init; } = 1;

    /// <summary>Its share under <c>Weighted</c>; null: its requests per minute, else 1.</summary>
    public int? Weight { get; init; }

    /// <summary>Its share if the route does not set one.</summary>
    public int OwnWeight => Math.Max(Weight ?? RequestsPerMinute ?? 1, 1);

    /// <summary>How often its provider is probed; null: never.</summary>
    public TimeSpan? Probe { get; init; }

    /// <summary>Hosts from which the gateway fetches its images; empty: image URLs are passed on.</summary>
    public IReadOnlyList<string> ImageHosts { get; init; } = [];

    /// <summary>The provider's name in traces.</summary>
    public string ProviderName { get; init; } = "";

    /// <summary>True when trace context is sent to the provider.</summary>
    public bool ForwardsTrace { get; init; }

    /// <summary>When its circuit breaker opens.</summary>
    public CircuitOptions Circuit { get; init; } = new();

    /// <summary>Longest wait for the response to start and for each next byte.</summary>
    public required TimeSpan Timeout { get; init; }
}
