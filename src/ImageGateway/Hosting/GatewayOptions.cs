using ImageGateway.Alerts;
using ImageGateway.Api;
using ImageGateway.Api.PassThrough;
using ImageGateway.Caching;
using ImageGateway.Caching.Files;
using ImageGateway.Configuration;
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

    /// <summary>The routes; the first that matches is taken.</summary>
    public List<RoutePolicyOptions> Routes { get; set; } = [];

    /// <summary>Paths that go to a provider unexamined and unpriced.</summary>
    public List<PassThroughOptions> PassThrough { get; set; } = [];

    /// <summary>The tenants by id.</summary>
    public Dictionary<string, TenantOptions> Tenants { get; set; } = [];

    /// <summary>The Azure Key Vault that <c>vault:NAME</c> asks, as <c>https://contoso.vault.azure.net</c>, by the process's identity in Entra ID.</summary>
    public string? Vault { get; set; }

    /// <summary>The catalogue's file, relative to the configuration's folder, then to the program's.</summary>
    public string Catalogue { get; set; } = "models.json";

    /// <summary>Hosts that <c>image_url</c> may name; empty: data URLs only.</summary>
    public List<string> ImageUrlHosts { get; set; } = [];

    /// <summary>What clients call this gateway by, as in https://images.example.com: addresses of hosted pictures begin so. Absent: scheme and host of each request.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Pictures behind addresses.</summary>
    public HostedFileOptions Files { get; set; } = new();

    /// <summary>Whether a model without a price may be used.</summary>
    public UnpricedAction Unpriced { get; set; } = UnpricedAction.Refuse;

    /// <summary>What is told of budgets, and where.</summary>
    public AlertFileOptions Alerts { get; set; } = new();

    /// <summary>Bounds of what runs at once.</summary>
    public OverloadOptions Overload { get; set; } = new();

    /// <summary>What clients' connections may hold.</summary>
    public ConnectionOptions Connections { get; set; } = new();

    /// <summary>What happens to jobs when the ledger cannot be written.</summary>
    public LedgerFailureAction OnLedgerFailure { get; set; } = LedgerFailureAction.Refuse;

    /// <summary>How long a process may be silent before its jobs count as abandoned; renewed while it runs. 1 s to 1 day.</summary>
    public TimeSpan ReservationLease { get; set; } = TimeSpan.FromMinutes(6);

    /// <summary>How long requests in progress may take when the gateway stops; 0 to 1 hour.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long the gateway, told to stop, goes on taking requests while it says that it is not ready and closes connections
    /// as they are used: as long as a balancer takes to notice, so that none of its requests meets a closed door. 0 to 5 minutes.
    /// </summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>What answers may take of this process's memory.</summary>
    public ReplayOptions Replay { get; set; } = new();

    /// <summary>How the ledger is kept.</summary>
    public LedgerFileOptions Ledger { get; set; } = new();

    /// <summary>Where the control plane listens.</summary>
    public AdminOptions Admin { get; set; } = new();

    /// <summary>Bounds of request bodies.</summary>
    public BodyLimits Limits { get; set; } = new();
}

/// <summary>What happens to a job for a model that the catalogue has no price of.</summary>
internal enum UnpricedAction
{
    /// <summary>Its targets are skipped: a budget could not hold it.</summary>
    Refuse,

    /// <summary>It runs and is charged nothing.</summary>
    Allow,
}

/// <summary>Bounds of what runs at once in this process (<c>Gateway:Overload</c>); above them requests get a 503.</summary>
internal sealed class OverloadOptions
{
    /// <summary>Requests of the data plane in progress; 1 to 100 000.</summary>
    public int Requests { get; set; } = 4096;

    /// <summary>Requests that wait for their turn; 0 to 100 000.</summary>
    public int Queued { get; set; } = 1024;
}
