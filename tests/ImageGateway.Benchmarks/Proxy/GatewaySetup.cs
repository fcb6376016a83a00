namespace ImageGateway.Benchmarks.Proxy;

/// <summary>What a gateway under test has besides the stub.</summary>
internal sealed record GatewaySetup
{
    /// <summary>A connection string; without one there is no ledger.</summary>
    public string Database { get; init; } = "";

    /// <summary>Host and port; without one all is in the process's memory.</summary>
    public string Redis { get; init; } = "";

    /// <summary>Whether the tenant's answers are cached.</summary>
    public bool Caches { get; init; }

    /// <summary>Whether the tenant, its project and its key have limits, which are never reached.</summary>
    public bool Limits { get; init; }

    /// <summary>How many providers there are, all of them the stub; with more than one, a route takes them in turns, and each has a capacity that is never reached.</summary>
    public int Targets { get; init; } = 1;

    /// <summary>How many tenants there are, each with a key (<see cref="Requests.KeyOf"/>) and a project.</summary>
    public int Tenants { get; init; } = 1;

    /// <summary>Everything that one process has, everything on.</summary>
    public static GatewaySetup Embedded { get; } = new() { Database = "Data Source=ledger.db", Limits = true, Targets = 3 };
}
