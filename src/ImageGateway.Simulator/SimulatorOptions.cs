using System.Collections.Concurrent;

namespace ImageGateway.Simulator;

/// <summary>How a simulator is set up; read once by <see cref="SimulatorHost.Build"/>, the delays and the deployments at every request.</summary>
public sealed class SimulatorOptions
{
    /// <summary>Addresses to listen on, separated by semicolons; port 0 takes a free one.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:9090";

    /// <summary>Azure deployment name → model, read at every request. A deployment named after its model needs no entry.</summary>
    public IDictionary<string, string> Deployments { get; } = new ConcurrentDictionary<string, string>(StringComparer.Ordinal)
    {
        ["img-std"] = "gpt-image-1",
        ["img-mini"] = "gpt-image-1-mini",
        ["img-2"] = "gpt-image-2",
    };

    /// <summary>Calls that each deployment, or each model of an account, accepts within any 60 s, at least 1; further ones get a 429. Default: no limit.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>
    /// True: images do not depend on the request, so that they take no time, and every call's images differ in their provenance,
    /// so that a replayed image can be told from a new one. Default: the same request gives the same images.
    /// </summary>
    public bool IsStock { get; set; }

    /// <summary>How many of the latest calls are kept in full. Default: 10 000.</summary>
    public int KeptCalls { get; set; } = 10_000;

    /// <summary>Wait before every event of a stream. Default: none.</summary>
    public TimeSpan EventDelay { get; set; }

    /// <summary>Wait before every response starts, including the provider's errors. Default: none.</summary>
    public TimeSpan ResponseDelay { get; set; }

    /// <summary>The clock of <c>created</c>, of limits and of all waiting.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
