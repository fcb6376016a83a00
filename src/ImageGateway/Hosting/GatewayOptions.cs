using ImageGateway.Alerts;
using ImageGateway.Api;
using ImageGateway.Api.PassThrough;
using ImageGateway.Caching;
using ImageGateway.Caching.Files;
using ImageGateway.Ledger;
using ImageGateway.Providers;
using ImageGateway.Routing;
using ImageGateway.Tenants;

namespace ImageGateway.Hosting;

/// <summary>The section <c>Gateway</c> of the configuration.</summary>
internal sealed class GatewayOptions
{
    /// <summary>Keys of the control plane.</summary>
    public List<AdminKeyOptions> AdminKeys { get; set; } = [];

    /// <summary>The providers by name.</summary>
    public Dictionary<string, ProviderOptions> Providers { get; set; } = [];

    /// <summary>The routes; the first that matches applies.</summary>
    public List<RoutePolicyOptions> Routes { get; set; } = [];

    /// <summary>Paths that the gateway forwards to a provider without inspecting or pricing them.</summary>
    public List<PassThroughOptions> PassThrough { get; set; } = [];

    /// <summary>The tenants by id.</summary>
    public Dictionary<string, TenantOptions> Tenants { get; set; } = [];

    /// <summary>The Azure Key Vault in which <c>vault:NAME</c> is looked up, as <c>https://contoso.vault.azure.net</c>, with the process's Entra ID identity.</summary>
    public string? Vault { get; set; }

    /// <summary>The catalogue's file, looked for in the configuration's folder, then in the program's.</summary>
    public string Catalogue { get; set; } = "models.json";

    /// <summary>Hosts that <c>image_url</c> may name, each by its whole name; empty: data URLs only.</summary>
    public List<string> ImageUrlHosts { get; set; } = [];

    /// <summary>The gateway's base URL as clients see it, such as https://images.example.com; URLs of hosted images start with it. Absent: scheme and host of each request.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Images that the gateway hosts at signed URLs.</summary>
    public HostedFileOptions Files { get; set; } = new();

    /// <summary>Whether a model without a price may be used.</summary>
    public UnpricedAction Unpriced { get; set; } = UnpricedAction.Refuse;

    /// <summary>Budget alerts and where they are posted.</summary>
    public AlertFileOptions Alerts { get; set; } = new();

    /// <summary>Limits on requests in progress and waiting.</summary>
    public OverloadOptions Overload { get; set; } = new();

    /// <summary>Limits on client connections.</summary>
    public ConnectionOptions Connections { get; set; } = new();

    /// <summary>What happens to jobs when the ledger cannot be written.</summary>
    public LedgerFailureAction OnLedgerFailure { get; set; } = LedgerFailureAction.Refuse;

    /// <summary>How long a process may be silent before its jobs count as abandoned; a running process renews its lease. 1 s to 1 day.</summary>
    public TimeSpan ReservationLease { get; set; } = TimeSpan.FromMinutes(6);

    /// <summary>How long requests in progress may take when the gateway stops; 0 to 1 hour.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a stopping gateway keeps accepting requests while it reports that it is not ready and closes each connection after
    /// its next response. Set it to the time a load balancer needs to notice, so that no request is refused. 0 to 5 minutes.
    /// </summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>The memory of this process that recorded and stored responses may use.</summary>
    public ReplayOptions Replay { get; set; } = new();

    /// <summary>Retention, prompt hashes and spool of the ledger.</summary>
    public LedgerFileOptions Ledger { get; set; } = new();

    /// <summary>Where the control plane listens.</summary>
    public AdminOptions Admin { get; set; } = new();

    /// <summary>Limits on request bodies.</summary>
    public BodyLimits Limits { get; set; } = new();
}

/// <summary>What happens to a job for a model without a price in the catalogue.</summary>
internal enum UnpricedAction
{
    /// <summary>Its targets are skipped, since no budget could be reserved for it.</summary>
    Refuse,

    /// <summary>The job runs without a charge.</summary>
    Allow,
}

/// <summary>Limits on what runs at once in this process (<c>Gateway:Overload</c>); beyond them requests get a 503.</summary>
internal sealed class OverloadOptions
{
    /// <summary>Requests of the data plane in progress; 1 to 100 000.</summary>
    public int Requests { get; set; } = 4096;

    /// <summary>Requests waiting for a slot; 0 to 100 000.</summary>
    public int Queued { get; set; } = 1024;
}
