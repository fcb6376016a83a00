using System.Globalization;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Providers;
using ImageGateway.Routing;

namespace ImageGateway.Hosting;

/// <summary>Makes providers and their targets out of the options; every mistake is reported under its key path.</summary>
internal sealed class TargetBuilder(Catalogue catalogue, Mistakes mistakes, Secrets secrets, TimeProvider time, Uri? simulator)
{
    /// <summary>The providers so far, by name; null where there were mistakes.</summary>
    public Dictionary<string, IImageProvider?> Providers { get; } = [];

    /// <summary>The targets of a provider that have no mistakes; the provider is made.</summary>
    public List<Target> Targets(string name, ProviderOptions provider)
    {
        var here = mistakes.At(name);
        Check(name, provider, here);
        var made = Providers[name] = Provider(name, provider, here);
        var entries = provider.Models.Select((model, i) => (Name: model.Model, Options: model, IsDeployment: false, Here: here.At("Models").At($"{i}")))
            .Concat(provider.Deployments.Select(entry => (Name: entry.Key, Options: entry.Value, IsDeployment: true, Here: here.At("Deployments").At(entry.Key))));
        var targets = new List<Target>();
        foreach (var entry in entries)
        {
            if (Model(entry.Options, entry.Here) is not { } model)
                continue;
            CheckCapacity(entry.Options, entry.Here);
            var shutdown = Shutdown(provider, entry.Options, model, entry.Here);
            if (made is null)
                continue;
            if (targets.Exists(other => other.UpstreamName == entry.Name))
                entry.Here.AddHere($"'{entry.Name}' stands here twice");
            targets.Add(Target(name, entry.Name, entry.IsDeployment, provider, entry.Options, made, model) with { Shutdown = shutdown });
        }
        return targets;
    }

    private static Target Target(string provider, string name, bool isDeployment, ProviderOptions options, TargetOptions entry, IImageProvider made, Model model) => new()
    {
        Name = $"{provider}/{name}",
        Provider = made,
        Model = model,
        UpstreamName = name,
        IsDeployment = isDeployment,
        Simulated = options.Simulated,
        Timeout = options.Timeout,
        Region = entry.Region,
        RequestsPerMinute = entry.RequestsPerMinute,
        ImagesPerMinute = entry.ImagesPerMinute,
        Concurrent = entry.Concurrent,
        Weight = entry.Weight,
        PriceFactor = entry.PriceFactor,
        Probe = options.Probe,
        Circuit = options.Circuit,
        ProviderName = ProviderKind.All.GetValueOrDefault(options.Kind)?.ConventionalName ?? provider,
        ForwardsTrace = options.ForwardTrace,
        ImageHosts = options.ImageHosts,
    };

    private static void Check(string name, ProviderOptions provider, Mistakes here)
    {
        here.Unless(name.Length > 0 && !name.Contains('/', StringComparison.Ordinal), "", "a provider's name must not contain '/'");
        here.Unless(provider.Timeout >= TimeSpan.FromSeconds(1) && provider.Timeout <= TimeSpan.FromHours(1), nameof(provider.Timeout), "must be 00:00:01 to 01:00:00");
        here.Unless(provider.ConnectTimeout >= TimeSpan.FromSeconds(1) && provider.ConnectTimeout <= TimeSpan.FromMinutes(1), nameof(provider.ConnectTimeout), "must be 00:00:01 to 00:01:00");
        here.Unless(provider.MaxConnections is >= 1 and <= 10_000, nameof(provider.MaxConnections), "must be 1 to 10000");
        here.Unless(provider.Lifecycle is "catalogue" or "ignore", nameof(provider.Lifecycle), $"'{provider.Lifecycle}' is neither catalogue nor ignore");
        here.Unless(provider.Models.Count + provider.Deployments.Count > 0, "Models", "at least one model or deployment is needed");
        // Reported above; the rest is checked too.
        provider.MaxConnections = Math.Clamp(provider.MaxConnections, 1, 10_000);
        provider.ConnectTimeout = TimeSpan.FromSeconds(Math.Clamp(provider.ConnectTimeout.TotalSeconds, 1, 60));
        here.Unless(provider.Probe is null || (provider.Probe >= TimeSpan.FromSeconds(1) && provider.Probe <= TimeSpan.FromHours(1)), nameof(provider.Probe), "must be 00:00:01 to 01:00:00");
        CheckCircuit(provider.Circuit, here.At("Circuit"));
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

    private Model? Model(TargetOptions options, Mistakes here)
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
