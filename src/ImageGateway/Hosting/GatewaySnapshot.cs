using System.Globalization;
using System.Text;
using ImageGateway.Alerts;
using ImageGateway.Api;
using ImageGateway.Api.PassThrough;
using ImageGateway.Caching;
using ImageGateway.Caching.Files;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Providers;
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

    /// <summary>What answers may take of memory; read at start only.</summary>
    public required ReplayOptions Replay { get; init; }

    /// <summary>How long requests may take when the gateway stops; read at start only.</summary>
    public required TimeSpan DrainTimeout { get; init; }

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

/// <summary>Builds the snapshot out of the options; every mistake is reported under its key path.</summary>
internal sealed class SnapshotBuilder(GatewayOptions options, Mistakes mistakes, Secrets secrets, TimeProvider time, Uri? simulator)
{
    private readonly Dictionary<string, IImageProvider?> _providers = [];

    /// <summary>The snapshot; null when mistakes were reported.</summary>
    public GatewaySnapshot? Build(IEnumerable<string> catalogueFolders)
    {
        var before = mistakes.All.Count;
        var path = catalogueFolders.Select(folder => Path.Combine(folder, options.Catalogue)).FirstOrDefault(File.Exists) ?? options.Catalogue;
        var catalogue = Catalogue.Load(path, mistakes.At("Catalogue"));
        CheckLimits(options.Limits, mistakes.At("Limits"));
        var ledger = Ledger();
        var alerts = Alerts();
        mistakes.At("Overload").Unless(options.Overload.Requests is >= 1 and <= 100_000, nameof(options.Overload.Requests), "must be 1 to 100000");
        mistakes.At("Overload").Unless(options.Overload.Queued is >= 0 and <= 100_000, nameof(options.Overload.Queued), "must be 0 to 100000");
        CheckReplay();
        var limits = ConfiguredLimits.Read(options.Tenants, mistakes.At("Tenants"));
        var (files, publicUrl) = (Files(), PublicUrl());
        var admin = AdminListener.Read(options.Admin, mistakes.At("Admin"));
        var tenants = ConfiguredTenants.Create(options.Tenants, options.AdminKeys, secrets, mistakes);
        if (catalogue is null)
            return null;
        mistakes.Unless(options.Providers.Count > 0, "Providers", "at least one is needed");
        var targets = options.Providers.SelectMany(provider => Targets(provider.Key, provider.Value, catalogue)).ToList();
        var routes = new RouteBuilder(options.Routes, targets, mistakes.At("Routes")).Build();
        var passThrough = PassThroughRoute.Read(options.PassThrough, _providers, options.Providers, mistakes.At("PassThrough"));
        return mistakes.All.Count == before
            ? new GatewaySnapshot(catalogue, new RoutingTable(catalogue, targets, routes) { AllowsUnpriced = options.Unpriced == UnpricedAction.Allow }, tenants, options.Limits, options.ImageUrlHosts) { CataloguePath = path, PassThrough = passThrough, Ledger = ledger, ConfiguredLimits = limits, Overload = options.Overload, Alerts = alerts, AdminAddresses = admin, PublicUrl = publicUrl, Files = files, Replay = options.Replay, DrainTimeout = options.DrainTimeout, DrainDelay = options.DrainDelay }
            : null;
    }

    private AlertOptions Alerts()
    {
        var (here, alerts) = (mistakes.At("Alerts"), options.Alerts);
        here.Unless(alerts.Thresholds.TrueForAll(percent => percent is >= 1 and <= 1000), nameof(alerts.Thresholds), "must be 1 to 1000 per cent each");
        var address = Uri.TryCreate(alerts.Webhook, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        here.Unless(alerts.Webhook is null || address is not null, nameof(alerts.Webhook), "is no http or https address");
        here.Unless(alerts.Webhook is null || alerts.Secret is not null, nameof(alerts.Secret), "is needed with a webhook: its receiver must know who calls");
        var secret = alerts.Secret is { } reference ? secrets.Resolve(reference, here, nameof(alerts.Secret)) : null;
        return new AlertOptions(address, secret, alerts.Thresholds.Count > 0 ? [.. alerts.Thresholds.Distinct().Order()] : [50, 80, 100]);
    }

    private (HostedFileOptions, byte[]?) Files()
    {
        var (here, files) = (mistakes.At("Files"), options.Files);
        here.Unless(files.Ttl >= TimeSpan.FromMinutes(1) && files.Ttl <= TimeSpan.FromDays(7), nameof(files.Ttl), "must be 00:01:00 to 7.00:00:00");
        here.Unless(files.MaxBytes is >= 1L << 20 and <= 1L << 40, nameof(files.MaxBytes), "must be 1048576 to 1099511627776");
        here.Unless(files.MemoryBytes is >= 1L << 20 and <= 1L << 40, nameof(files.MemoryBytes), "must be 1048576 to 1099511627776");
        var key = files.SigningKey is { } reference ? secrets.Resolve(reference, here, nameof(files.SigningKey)) : null;
        here.Unless(key is null or { Length: >= FileLinks.KeyBytes } || secrets.IsFormOnly, nameof(files.SigningKey), $"must have at least {FileLinks.KeyBytes} characters");
        return (files, key is null ? null : Encoding.UTF8.GetBytes(key));
    }

    private Uri? PublicUrl()
    {
        var url = Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length == 0 ? uri : null;
        mistakes.Unless(options.PublicUrl is null || url is not null, nameof(options.PublicUrl), $"'{options.PublicUrl}' is no http or https address, as in https://images.example.com");
        return url;
    }

    private LedgerOptions Ledger()
    {
        var here = mistakes.At("Ledger");
        mistakes.Unless(options.ReservationLease >= TimeSpan.FromSeconds(1) && options.ReservationLease <= TimeSpan.FromDays(1), nameof(options.ReservationLease), "must be 00:00:01 to 1.00:00:00");
        here.Unless(options.Ledger.Retention is null || options.Ledger.Retention >= TimeSpan.FromDays(1), nameof(options.Ledger.Retention), "must be at least 1.00:00:00");
        here.Unless(options.Ledger.SpoolBytes > 0, nameof(options.Ledger.SpoolBytes), "must be above 0");
        var salt = options.Ledger.PromptSalt is { } reference ? secrets.Resolve(reference, here, nameof(options.Ledger.PromptSalt)) : null;
        return new LedgerOptions(options.OnLedgerFailure, options.ReservationLease, options.Ledger.Retention, salt) { Spool = options.Ledger.Spool, SpoolBytes = options.Ledger.SpoolBytes };
    }

    private void CheckReplay()
    {
        mistakes.Unless(options.DrainTimeout >= TimeSpan.Zero && options.DrainTimeout <= TimeSpan.FromHours(1), nameof(options.DrainTimeout), "must be 00:00:00 to 01:00:00");
        mistakes.Unless(options.DrainDelay >= TimeSpan.Zero && options.DrainDelay <= TimeSpan.FromMinutes(5), nameof(options.DrainDelay), "must be 00:00:00 to 00:05:00");
        mistakes.At("Replay").Unless(options.Replay.RecordingBytes >= 0, nameof(options.Replay.RecordingBytes), "must not be negative");
        mistakes.At("Replay").Unless(options.Replay.MemoryBytes >= 0, nameof(options.Replay.MemoryBytes), "must not be negative");
    }

    private static void CheckLimits(BodyLimits limits, Mistakes here)
    {
        here.Unless(limits.JsonBytes is > 0 and <= 1L << 30, nameof(limits.JsonBytes), "must be 1 to 1073741824");
        here.Unless(limits.FormBytes > 0, nameof(limits.FormBytes), "must be above 0");
        here.Unless(limits.FileBytes > 0, nameof(limits.FileBytes), "must be above 0");
        here.Unless(limits.BufferBytes >= 0, nameof(limits.BufferBytes), "must not be negative");
    }

    private List<Target> Targets(string name, ProviderOptions provider, Catalogue catalogue)
    {
        var here = mistakes.At("Providers").At(name);
        here.Unless(name.Length > 0 && !name.Contains('/', StringComparison.Ordinal), "", "a provider's name must not contain '/'");
        here.Unless(provider.Timeout >= TimeSpan.FromSeconds(1) && provider.Timeout <= TimeSpan.FromHours(1), nameof(provider.Timeout), "must be 00:00:01 to 01:00:00");
        here.Unless(provider.MaxConnections is >= 1 and <= 10_000, nameof(provider.MaxConnections), "must be 1 to 10000");
        here.Unless(provider.Lifecycle is "catalogue" or "ignore", nameof(provider.Lifecycle), $"'{provider.Lifecycle}' is neither catalogue nor ignore");
        here.Unless(provider.Models.Count + provider.Deployments.Count > 0, "Models", "at least one model or deployment is needed");
        // Reported above; the rest is checked too.
        provider.MaxConnections = Math.Clamp(provider.MaxConnections, 1, 10_000);
        here.Unless(provider.Probe is null || (provider.Probe >= TimeSpan.FromSeconds(1) && provider.Probe <= TimeSpan.FromHours(1)), nameof(provider.Probe), "must be 00:00:01 to 01:00:00");
        CheckCircuit(provider.Circuit, here.At("Circuit"));
        var made = _providers[name] = Provider(name, provider, here);
        var entries = provider.Models.Select((model, i) => (Name: model.Model, Options: model, IsDeployment: false, Here: here.At("Models").At($"{i}")))
            .Concat(provider.Deployments.Select(entry => (Name: entry.Key, Options: entry.Value, IsDeployment: true, Here: here.At("Deployments").At(entry.Key))));
        var targets = new List<Target>();
        foreach (var entry in entries)
        {
            if (Model(entry.Options, catalogue, entry.Here) is not { } model)
                continue;
            CheckCapacity(entry.Options, entry.Here);
            var shutdown = Shutdown(provider, entry.Options, model, entry.Here);
            if (made is null)
                continue;
            if (targets.Exists(other => other.UpstreamName == entry.Name))
                entry.Here.AddHere($"'{entry.Name}' stands here twice");
            targets.Add(new Target
            {
                Name = $"{name}/{entry.Name}",
                Provider = made,
                Model = model,
                UpstreamName = entry.Name,
                IsDeployment = entry.IsDeployment,
                Simulated = provider.Simulated,
                Shutdown = shutdown,
                Timeout = provider.Timeout,
                Region = entry.Options.Region,
                RequestsPerMinute = entry.Options.RequestsPerMinute,
                ImagesPerMinute = entry.Options.ImagesPerMinute,
                Concurrent = entry.Options.Concurrent,
                Weight = entry.Options.Weight,
                PriceFactor = entry.Options.PriceFactor,
                Probe = provider.Probe,
                Circuit = provider.Circuit,
                ProviderName = ProviderKind.All.GetValueOrDefault(provider.Kind)?.ConventionalName ?? name,
                ForwardsTrace = provider.ForwardTrace,
                ImageHosts = provider.ImageHosts,
            });
        }
        return targets;
    }

    private static void CheckCapacity(TargetOptions target, Mistakes here)
    {
        here.Unless(target.RequestsPerMinute is null or (>= 1 and <= 1_000_000), nameof(target.RequestsPerMinute), "must be 1 to 1000000");
        here.Unless(target.ImagesPerMinute is null or (>= 1 and <= 1_000_000), nameof(target.ImagesPerMinute), "must be 1 to 1000000");
        here.Unless(target.Concurrent is null or (>= 1 and <= 10_000), nameof(target.Concurrent), "must be 1 to 10000");
        here.Unless(target.PriceFactor is >= 0 and <= 10, nameof(target.PriceFactor), "must be 0 to 10");
        here.Unless(target.Weight is null or (>= 1 and <= 1000), nameof(target.Weight), "must be 1 to 1000");
    }

    private static void CheckCircuit(CircuitOptions circuit, Mistakes here)
    {
        here.Unless(circuit.FailureRatio is > 0 and <= 1, nameof(circuit.FailureRatio), "must be above 0, to 1");
        here.Unless(circuit.MinimumThroughput is >= 2 and <= 10_000, nameof(circuit.MinimumThroughput), "must be 2 to 10000");
        here.Unless(circuit.Window >= TimeSpan.FromSeconds(1) && circuit.Window <= TimeSpan.FromHours(1), nameof(circuit.Window), "must be 00:00:01 to 01:00:00");
        here.Unless(circuit.Break >= TimeSpan.FromSeconds(1) && circuit.Break <= TimeSpan.FromHours(1), nameof(circuit.Break), "must be 00:00:01 to 01:00:00");
    }

    private IImageProvider? Provider(string name, ProviderOptions provider, Mistakes here)
    {
        if (ProviderKind.All.TryGetValue(provider.Kind, out var kind))
            return kind.Create(new ProviderSettings(name, provider, here, secrets, time) { Simulator = simulator });
        here.Add(nameof(provider.Kind), $"'{provider.Kind}' is not one of {string.Join(", ", ProviderKind.All.Keys.Order())}");
        return null;
    }

    private static Model? Model(TargetOptions options, Catalogue catalogue, Mistakes here)
    {
        if (catalogue.Models.TryGetValue(options.Model, out var model))
            return model;
        here.AddHere($"the catalogue has no model '{options.Model}'; it has {string.Join(", ", catalogue.Models.Keys.Order())}");
        return null;
    }

    private static DateOnly? Shutdown(ProviderOptions provider, TargetOptions options, Model model, Mistakes here)
    {
        DateOnly? day = null;
        if (options.Shutdown == "catalogue")
            day = model.Shutdown.TryGetValue(provider.Kind, out var announced) ? announced : null;
        else if (DateOnly.TryParseExact(options.Shutdown, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var own))
            day = own;
        else if (!string.IsNullOrEmpty(options.Shutdown))
            here.Add(nameof(options.Shutdown), $"'{options.Shutdown}' is not a day as in 2027-01-31");
        return provider.Simulated || provider.Lifecycle == "ignore" ? null : day;
    }
}
