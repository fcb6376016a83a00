using System.IO.Enumeration;
using System.Text;
using ImageGateway.Alerts;
using ImageGateway.Api;
using ImageGateway.Api.PassThrough;
using ImageGateway.Caching.Files;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Ledger;
using ImageGateway.Providers;
using ImageGateway.Quotas;
using ImageGateway.Routing;
using ImageGateway.Tenants;

namespace ImageGateway.Hosting;

/// <summary>Builds the snapshot from the options; every mistake is reported under its key path.</summary>
internal sealed class SnapshotBuilder(GatewayOptions options, Mistakes mistakes, Secrets secrets, TimeProvider time, Uri? simulator)
{
    /// <summary>True for the shipped file, in which simulated targets do not back up real ones.</summary>
    public bool IsFirstRun { get; init; }

    /// <summary>The snapshot; null when mistakes were reported.</summary>
    public GatewaySnapshot? Build(IEnumerable<string> catalogueFolders)
    {
        var before = mistakes.All.Count;
        var path = catalogueFolders.Select(folder => Path.Combine(folder, options.Catalogue)).FirstOrDefault(File.Exists) ?? options.Catalogue;
        var catalogue = Catalogue.Load(path, mistakes.At("Catalogue"));
        CheckLimits(options.Limits, mistakes.At("Limits"));
        var ledger = Ledger();
        var alerts = Alerts();
        mistakes.At("Overload").Within(options.Overload.Requests, 1, 100_000, nameof(options.Overload.Requests));
        mistakes.At("Overload").Within(options.Overload.Queued, 0, 100_000, nameof(options.Overload.Queued));
        CheckConnections(options.Connections, mistakes.At("Connections"));
        CheckReplay();
        HostName.Check(options.ImageUrlHosts, mistakes.At("ImageUrlHosts"));
        var limits = ConfiguredLimits.Read(options.Tenants, word => catalogue is null ? null : Ceiling.Others(word, catalogue.Models.Values), mistakes.At("Tenants"));
        var (files, publicUrl) = (Files(), PublicUrl());
        var admin = AdminListener.Read(options.Admin, mistakes.At("Admin"));
        var tenants = ConfiguredTenants.Create(options.Tenants, options.AdminKeys, secrets, mistakes);
        if (catalogue is not null)
            CheckModels(catalogue);
        mistakes.Unless(options.Providers.Count > 0 || mistakes.At("Providers").AnyHere, "Providers", "at least one is required");
        var providers = new TargetReader(catalogue, mistakes.At("Providers"), secrets, time, simulator);
        var targets = options.Providers.SelectMany(provider => providers.Targets(provider.Key, provider.Value)).ToList();
        var routes = new RouteReader(options.Routes, targets, catalogue, mistakes.At("Routes")) { IsExplained = providers.IsExplained }.Build();
        var passThrough = PassThroughRoute.Read(options.PassThrough, providers.Providers, options.Providers, mistakes.At("PassThrough"));
        WarnOfUncounted(passThrough, limits);
        if (catalogue is null || mistakes.All.Count != before)
            return null;
        var routing = new RoutingTable(catalogue, targets, routes, prefersReal: IsFirstRun) { AllowsUnpriced = options.Unpriced == UnpricedAction.Allow };
        return new GatewaySnapshot(catalogue, routing, tenants, options.Limits, options.ImageUrlHosts)
        {
            CataloguePath = path,
            PassThrough = passThrough,
            Ledger = ledger,
            ConfiguredLimits = limits,
            Overload = options.Overload,
            Connections = options.Connections,
            Alerts = alerts,
            AdminAddresses = admin,
            PublicUrl = publicUrl,
            Files = files,
            Replay = options.Replay,
            DrainTimeout = options.DrainTimeout,
            DrainDelay = options.DrainDelay,
        };
    }

    // The catalogue cannot know provider kinds or tenants, so names of these are checked here.
    private void CheckModels(Catalogue catalogue)
    {
        foreach (var model in catalogue.Models.Values)
        {
            foreach (var kind in model.Shutdown.Keys.Where(kind => !ProviderKind.All.ContainsKey(kind)))
                mistakes.At("Catalogue:Models").At(model.Name).Add(nameof(model.Shutdown), $"'{kind}' is not a provider kind; the kinds are {string.Join(", ", ProviderKind.All.Keys.Order())}");
        }
        foreach (var (id, tenant) in options.Tenants)
        {
            foreach (var glob in tenant.Models.Where(glob => !RoutingTable.IsAlias(glob, out _) && !catalogue.Models.Keys.Any(name => FileSystemName.MatchesSimpleExpression(glob, name))))
                mistakes.At("Tenants").At(id).Warn(nameof(tenant.Models), $"'{glob}' matches no model of the catalogue (deployments and targets count as the model they serve)");
        }
    }

    private void WarnOfUncounted(List<PassThroughRoute> passThrough, List<ScopeLimits> limits)
    {
        if (passThrough.Exists(route => route.TakesResponses) && limits.Exists(scope => scope.Limits.Any(limit => limit.Kind.Measure == Measure.NanoUsd)))
            mistakes.Warn(nameof(options.PassThrough), "pictures of the Responses API's image tool pass uncounted, and are held against no limit in USD");
    }

    private AlertOptions Alerts()
    {
        var (here, alerts) = (mistakes.At("Alerts"), options.Alerts);
        here.Unless(alerts.Thresholds.TrueForAll(percent => percent is >= 1 and <= 1000), nameof(alerts.Thresholds), "must be 1 to 1000 per cent each");
        var address = Uri.TryCreate(alerts.Webhook, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        here.Unless(alerts.Webhook is null || address is not null, nameof(alerts.Webhook), "is not an http or https address");
        here.Unless(alerts.Webhook is null || alerts.Secret is not null, nameof(alerts.Secret), "is required with a webhook, so that its receiver can verify the sender");
        var secret = alerts.Secret is { } reference ? secrets.Resolve(reference, here, nameof(alerts.Secret)) : null;
        return new AlertOptions(address, secret, alerts.Thresholds.Count > 0 ? [.. alerts.Thresholds.Distinct().Order()] : [50, 80, 100]);
    }

    private (HostedFileOptions, byte[]?) Files()
    {
        var (here, files) = (mistakes.At("Files"), options.Files);
        here.Within(files.Ttl, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7), nameof(files.Ttl));
        here.Within(files.MaxBytes, 1L << 20, 1L << 40, nameof(files.MaxBytes));
        here.Within(files.MemoryBytes, 1L << 20, 1L << 40, nameof(files.MemoryBytes));
        var key = files.SigningKey is { } reference ? secrets.Resolve(reference, here, nameof(files.SigningKey)) : null;
        here.Unless(key is null or { Length: >= FileLinks.KeyBytes } || secrets.IsFormOnly, nameof(files.SigningKey), $"must have at least {FileLinks.KeyBytes} characters");
        return (files, key is null ? null : Encoding.UTF8.GetBytes(key));
    }

    private Uri? PublicUrl()
    {
        var url = Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length == 0 ? uri : null;
        mistakes.Unless(options.PublicUrl is null || url is not null, nameof(options.PublicUrl), $"{Mistakes.Shown(options.PublicUrl)}is not an http or https address without user, query and fragment, as in https://images.example.com");
        return url;
    }

    private LedgerOptions Ledger()
    {
        var here = mistakes.At("Ledger");
        mistakes.Within(options.ReservationLease, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(options.ReservationLease));
        here.Unless(options.Ledger.Retention is null || options.Ledger.Retention >= TimeSpan.FromDays(1), nameof(options.Ledger.Retention), "must be at least 1.00:00:00");
        here.Unless(options.Ledger.SpoolBytes > 0, nameof(options.Ledger.SpoolBytes), "must be above 0");
        var salt = options.Ledger.PromptSalt is { } reference ? secrets.Resolve(reference, here, nameof(options.Ledger.PromptSalt)) : null;
        return new LedgerOptions(options.OnLedgerFailure, options.ReservationLease, options.Ledger.Retention, salt) { Spool = options.Ledger.Spool, SpoolBytes = options.Ledger.SpoolBytes };
    }

    private void CheckReplay()
    {
        mistakes.Within(options.DrainTimeout, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(options.DrainTimeout));
        mistakes.Within(options.DrainDelay, TimeSpan.Zero, TimeSpan.FromMinutes(5), nameof(options.DrainDelay));
        mistakes.At("Replay").Unless(options.Replay.RecordingBytes >= 0, nameof(options.Replay.RecordingBytes), "must not be negative");
        mistakes.At("Replay").Unless(options.Replay.MemoryBytes >= 0, nameof(options.Replay.MemoryBytes), "must not be negative");
    }

    private static void CheckConnections(ConnectionOptions connections, Mistakes here)
    {
        here.Within(connections.Max, 1, 1_000_000, nameof(connections.Max));
        here.Within(connections.HeaderTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), nameof(connections.HeaderTimeout));
        here.Within(connections.IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(connections.IdleTimeout));
        here.Within(connections.MinBytesPerSecond, 0, 1_000_000, nameof(connections.MinBytesPerSecond));
    }

    private static void CheckLimits(BodyLimits limits, Mistakes here)
    {
        here.Within(limits.JsonBytes, 1L, 1L << 30, nameof(limits.JsonBytes));
        here.Unless(limits.FormBytes > 0, nameof(limits.FormBytes), "must be above 0");
        here.Unless(limits.FileBytes > 0, nameof(limits.FileBytes), "must be above 0");
        here.Unless(limits.BufferBytes >= 0, nameof(limits.BufferBytes), "must not be negative");
    }
}
