using System.Globalization;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Providers;

namespace ImageGateway.Routing;

/// <summary>Builds providers and their targets from the options; every mistake is reported under its key path.</summary>
/// <param name="catalogue">The models; null: it has mistakes, so there are no targets, and no mistakes in their models.</param>
/// <param name="mistakes">Where mistakes are reported.</param>
/// <param name="secrets">Resolves the providers' keys.</param>
/// <param name="time">The clock.</param>
/// <param name="simulator">The simulator inside this process; null when none runs.</param>
internal sealed class TargetReader(Catalogue? catalogue, Mistakes mistakes, Secrets secrets, TimeProvider time, Uri? simulator)
{
    private readonly HashSet<string> _faulty = [];

    /// <summary>The providers built so far, by name; null if there were mistakes.</summary>
    public Dictionary<string, IImageProvider?> Providers { get; } = [];

    /// <summary>Builds the provider and returns its targets without mistakes.</summary>
    public List<Target> Targets(string name, ProviderOptions provider)
    {
        var here = mistakes.At(name);
        Check(name, provider, here);
        var made = Providers[name] = Provider(name, provider, here);
        if (made is null || provider.Models.Count + provider.Deployments.Count == 0)
            _faulty.Add(name);
        var entries = provider.Models.Select((model, i) => (Name: model.Model, Options: model, IsDeployment: false, Here: here.At("Models").At($"{i}")))
            .Concat(provider.Deployments.Select(entry => (Name: entry.Key, Options: entry.Value, IsDeployment: true, Here: here.At("Deployments").At(entry.Key))));
        var targets = new List<Target>();
        foreach (var entry in entries)
        {
            CheckCapacity(entry.Options, entry.Here);
            var model = Model(entry.Options, entry.Here);
            var shutdown = Shutdown(provider, entry.Options, model, entry.Here);
            if (made is null || model is null)
            {
                _faulty.Add($"{name}/{entry.Name}");
                continue;
            }
            if (targets.Exists(other => other.UpstreamName == entry.Name))
                entry.Here.AddHere($"'{entry.Name}' is listed twice");
            targets.Add(Target(name, entry.Name, entry.IsDeployment, provider, entry.Options, made, model) with { Shutdown = shutdown });
        }
        return targets;
    }

    /// <summary>True when a mistake of the catalogue, the providers or one of them, which was reported, is why there is no target of this name.</summary>
    public bool IsExplained(string target)
    {
        var provider = target.Split('/')[0];
        return catalogue is null || Providers.Count == 0 || _faulty.Contains(target) || _faulty.Contains(provider) || (!Providers.ContainsKey(provider) && mistakes.At(provider).AnyHere);
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
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
            here.AddHere("a provider's name must not contain '/'");
        here.Within(provider.Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), nameof(provider.Timeout));
        here.Within(provider.ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), nameof(provider.ConnectTimeout));
        here.Within(provider.MaxConnections, 1, 10_000, nameof(provider.MaxConnections));
        here.Unless(provider.Lifecycle is "catalogue" or "ignore", nameof(provider.Lifecycle), $"'{provider.Lifecycle}' is not one of catalogue, ignore");
        here.Unless(provider.Models.Count + provider.Deployments.Count > 0, "Models", "at least one model or deployment is required");
        // Reported above; the value is clamped so that the rest can be checked too.
        provider.MaxConnections = Math.Clamp(provider.MaxConnections, 1, 10_000);
        provider.ConnectTimeout = TimeSpan.FromSeconds(Math.Clamp(provider.ConnectTimeout.TotalSeconds, 1, 60));
        here.Within(provider.Probe, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(provider.Probe));
        CheckCircuit(provider.Circuit, here.At("Circuit"));
        HostName.Check(provider.ImageHosts, here.At("ImageHosts"));
    }

    private static void CheckCapacity(TargetOptions target, Mistakes here)
    {
        here.Within(target.RequestsPerMinute, 1, 1_000_000, nameof(target.RequestsPerMinute));
        here.Within(target.ImagesPerMinute, 1, 1_000_000, nameof(target.ImagesPerMinute));
        here.Within(target.Concurrent, 1, 10_000, nameof(target.Concurrent));
        here.Within(target.PriceFactor, 0m, 10m, nameof(target.PriceFactor));
        here.Within(target.Weight, 1, 1000, nameof(target.Weight));
    }

    // Polly's breaker counts in windows of half a second and more, and opens after two calls at the earliest.
    private static void CheckCircuit(CircuitOptions circuit, Mistakes here)
    {
        var least = TimeSpan.FromMilliseconds(500);
        here.Unless(circuit.FailureRatio is > 0 and <= 1, nameof(circuit.FailureRatio), "must be above 0 and at most 1");
        here.Within(circuit.MinimumThroughput, 2, 10_000, nameof(circuit.MinimumThroughput));
        here.Within(circuit.Window, least, TimeSpan.FromHours(1), nameof(circuit.Window));
        here.Within(circuit.Break, least, TimeSpan.FromHours(1), nameof(circuit.Break));
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
        if (catalogue is null)
            return null;
        if (catalogue.Models.TryGetValue(options.Model, out var model))
            return model;
        here.AddHere($"the catalogue has no model '{options.Model}'; its models are {string.Join(", ", catalogue.Models.Keys.Order())}");
        return null;
    }

    private static DateOnly? Shutdown(ProviderOptions provider, TargetOptions options, Model? model, Mistakes here)
    {
        DateOnly? day = null;
        if (options.Shutdown == "catalogue")
            day = model is not null && model.Shutdown.TryGetValue(provider.Kind, out var announced) ? announced : null;
        else if (DateOnly.TryParseExact(options.Shutdown, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var own))
            day = own;
        else if (!string.IsNullOrEmpty(options.Shutdown))
            here.Add(nameof(options.Shutdown), $"'{options.Shutdown}' is not a date such as 2027-01-31");
        return provider.Simulated || provider.Lifecycle == "ignore" ? null : day;
    }
}
