using ImageGateway.Catalog;
using ImageGateway.Providers;

namespace ImageGateway.Routing;

/// <summary>Where a job can go: a model or deployment of a provider.</summary>
internal sealed record Target
{
    /// <summary><c>provider/model-or-deployment</c>.</summary>
    public required string Name { get; init; }

    public required IImageProvider Provider { get; init; }

    /// <summary>The model of the catalogue it serves.</summary>
    public required Model Model { get; init; }

    /// <summary>What the provider calls it: the model's or the deployment's name.</summary>
    public required string UpstreamName { get; init; }

    /// <summary>True when <see cref="UpstreamName"/> is a deployment's.</summary>
    public bool IsDeployment { get; init; }

    /// <summary>True when a simulator answers.</summary>
    public bool Simulated { get; init; }

    /// <summary>The first day (UTC) it is gone; null: none is known, or it never retires.</summary>
    public DateOnly? Shutdown { get; init; }

    /// <summary>Where it runs, for data residency; null: nobody said.</summary>
    public string? Region { get; init; }

    /// <summary>Calls it may take within 60 s; null: no such limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Pictures it may be asked for within 60 s; null: no such limit.</summary>
    public int? ImagesPerMinute { get; init; }

    /// <summary>Calls it may have in flight; null: no such limit.</summary>
    public int? Concurrent { get; init; }

    /// <summary>What it costs, as a share of the list price.</summary>
    public decimal PriceFactor { get; init; } = 1;

    /// <summary>Its share under <c>Weighted</c>; null: its requests a minute, else 1.</summary>
    public int? Weight { get; init; }

    /// <summary>Its share where the route gives it none.</summary>
    public int OwnWeight => Math.Max(Weight ?? RequestsPerMinute ?? 1, 1);

    /// <summary>How often its provider is asked whether it is there; null: never.</summary>
    public TimeSpan? Probe { get; init; }

    /// <summary>Hosts that its pictures' addresses may have, to be taken over; empty: they are passed on.</summary>
    public IReadOnlyList<string> ImageHosts { get; init; } = [];

    /// <summary>What traces call its provider.</summary>
    public string ProviderName { get; init; } = "";

    /// <summary>True when the provider is told which trace a call belongs to.</summary>
    public bool ForwardsTrace { get; init; }

    /// <summary>When its circuit opens.</summary>
    public CircuitOptions Circuit { get; init; } = new();

    /// <summary>Longest wait for the response to start and for each next byte.</summary>
    public required TimeSpan Timeout { get; init; }
}
