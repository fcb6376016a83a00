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

    /// <summary>Longest wait for the response to start and for each next byte.</summary>
    public required TimeSpan Timeout { get; init; }
}
