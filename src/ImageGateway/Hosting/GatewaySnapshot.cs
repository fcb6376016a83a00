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

    /// <summary>Budget alerts; read at start only.</summary>
    public required AlertOptions Alerts { get; init; }

    /// <summary>Limits on what runs at once; read at start only.</summary>
    public required OverloadOptions Overload { get; init; }

    /// <summary>Limits on client connections; read at start only.</summary>
    public required ConnectionOptions Connections { get; init; }

    /// <summary>Memory for recorded and stored responses; read at start only.</summary>
    public required ReplayOptions Replay { get; init; }

    /// <summary>How long requests in progress may take when the gateway stops; read at start only.</summary>
    public required TimeSpan DrainTimeout { get; init; }

    /// <summary>How long a stopping gateway keeps accepting requests; read at start only.</summary>
    public required TimeSpan DrainDelay { get; init; }

    /// <summary>The control plane's own addresses; read at start only.</summary>
    public required IReadOnlyList<BindingAddress> AdminAddresses { get; init; }

    /// <summary>The ledger's settings; read at start only.</summary>
    public required LedgerOptions Ledger { get; init; }

    /// <summary>Files that secrets were read from.</summary>
    public IReadOnlyCollection<string> SecretFiles { get; init; } = [];

    /// <summary>The gateway's base URL as clients see it; null: taken from each request. Read at start only.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>How images are hosted, and the URL signing key if the configuration has one; read at start only.</summary>
    public required (HostedFileOptions Options, byte[]? Key) Files { get; init; }

    /// <summary>Paths forwarded to a provider without inspection.</summary>
    public IReadOnlyList<PassThroughRoute> PassThrough { get; init; } = [];
}
