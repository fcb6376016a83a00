using ImageGateway.Alerts;
using ImageGateway.Api;
using ImageGateway.Api.PassThrough;
using ImageGateway.Caching;
using ImageGateway.Caching.Files;
using ImageGateway.Catalog;
using ImageGateway.Ledger;
using ImageGateway.Quotas;
using ImageGateway.Routing;
using ImageGateway.Tenants;

namespace ImageGateway.Hosting;

/// <summary>The whole configuration as requests read it: immutable and checked.</summary>
internal sealed record GatewaySnapshot(Catalogue Catalogue, RoutingTable Routing, ConfiguredTenants Tenants, BodyLimits Limits, IReadOnlyList<string> ImageUrlHosts)
{
    /// <summary>The file the catalogue came from.</summary>
    public required string CataloguePath { get; init; }

    /// <summary>The limits of the configuration.</summary>
    public required IReadOnlyList<ScopeLimits> ConfiguredLimits { get; init; }

    /// <summary>What is told of budgets; read at start only.</summary>
    public required AlertOptions Alerts { get; init; }

    /// <summary>What may run at once; read at start only.</summary>
    public required OverloadOptions Overload { get; init; }

    /// <summary>What connections may hold; read at start only.</summary>
    public required ConnectionOptions Connections { get; init; }

    /// <summary>What answers may take of memory; read at start only.</summary>
    public required ReplayOptions Replay { get; init; }

    /// <summary>How long requests may take when the gateway stops; read at start only.</summary>
    public required TimeSpan DrainTimeout { get; init; }

    /// <summary>How long requests are still taken when the gateway stops; read at start only.</summary>
    public required TimeSpan DrainDelay { get; init; }

    /// <summary>Addresses of the control plane's own; read at start only.</summary>
    public required IReadOnlyList<BindingAddress> AdminAddresses { get; init; }

    /// <summary>How the ledger is kept; read at start only.</summary>
    public required LedgerOptions Ledger { get; init; }

    /// <summary>Files that secrets were read from.</summary>
    public IReadOnlyCollection<string> SecretFiles { get; init; } = [];

    /// <summary>What clients call this gateway by; null: what they say themselves. Read at start only.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>How pictures are hosted, and the key of their addresses' signatures where the configuration has one; read at start only.</summary>
    public required (HostedFileOptions Options, byte[]? Key) Files { get; init; }

    /// <summary>Paths that go to a provider unexamined.</summary>
    public IReadOnlyList<PassThroughRoute> PassThrough { get; init; } = [];
}
