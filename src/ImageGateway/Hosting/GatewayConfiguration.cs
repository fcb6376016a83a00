using ImageGateway.Configuration;
using ImageGateway.Database;
using ImageGateway.Redis;
using ImageGateway.Telemetry;

namespace ImageGateway.Hosting;

/// <summary>Turns a configuration into a snapshot.</summary>
internal static class GatewayConfiguration
{
    /// <summary>The file used when none is given: the shipped one, beside the program.</summary>
    public static readonly string Shipped = Path.Combine(AppContext.BaseDirectory, "config", "gateway.json");

    /// <summary>Reads, checks and builds the snapshot.</summary>
    /// <exception cref="ConfigurationException">The configuration has mistakes; the exception lists all of them.</exception>
    public static GatewaySnapshot Load(IConfiguration configuration, FirstRun? firstRun, TimeProvider time, Uri? simulator, ICollection<string> warnings, bool withoutSecrets = false)
    {
        List<string> all = [.. new LogLevels().Apply(configuration), .. Logging.Check(configuration)];
        var order = new FileOrder(configuration["config"]!);
        var folder = Path.GetDirectoryName(configuration["config"])!;
        KnownNames.Check(order, all, warnings);
        ListenAddresses.Check(configuration, all, warnings);
        CheckStores(configuration, folder, new Mistakes(all, warnings, "ConnectionStrings"));
        var mistakes = new Mistakes(all, warnings, "Gateway");
        var section = configuration.GetSection("Gateway");
        var checkedSection = OptionsCheck.Run(section, typeof(GatewayOptions), mistakes, order.IsList);
        var options = InOrder(checkedSection.Get<GatewayOptions>() ?? new GatewayOptions(), order);
        if (firstRun is not null)
            FirstRun.LeaveOutSimulated(options);
        var secrets = new Secrets(folder, firstRun?.Secrets ?? new Dictionary<string, string>())
        {
            IsFormOnly = withoutSecrets,
            Vault = options.Vault is { } address ? KeyVault.Create(address, mistakes, nameof(options.Vault)) : null,
        };
        var builder = new SnapshotBuilder(options, mistakes, secrets, time, simulator) { IsFirstRun = firstRun is not null };
        var snapshot = builder.Build([folder, Path.GetDirectoryName(Shipped)!]);
        if (snapshot is null || mistakes.All.Count > 0)
            throw new ConfigurationException(mistakes.All);
        ListenAddresses.WarnOfHttps(configuration, snapshot.AdminAddresses, mistakes.At("Admin").At(nameof(AdminOptions.Urls)));
        return snapshot with { SecretFiles = secrets.Files };
    }

    private static void CheckStores(IConfiguration configuration, string folder, Mistakes mistakes)
    {
        if (configuration["ConnectionStrings:Database"] is { } database && !string.IsNullOrWhiteSpace(database))
            SqlDatabase.Check(database, folder, mistakes);
        if (configuration["ConnectionStrings:Redis"] is { } redis && !string.IsNullOrWhiteSpace(redis))
            mistakes.Unless(RedisServers.IsConnectionString(redis), "Redis", "is not a valid Redis connection string (HOST:PORT,password=…,ssl=true)");
    }

    // A model's first target is the first in the file's order.
    private static GatewayOptions InOrder(GatewayOptions options, FileOrder order)
    {
        options.Providers = order.Sort("Gateway:Providers", options.Providers);
        foreach (var (name, provider) in options.Providers)
            provider.Deployments = order.Sort($"Gateway:Providers:{name}:Deployments", provider.Deployments);
        return options;
    }

    /// <summary>True when a provider is the simulator inside this process. A value that is neither true nor false is reported later.</summary>
    public static bool NeedsSimulator(IConfiguration configuration) => configuration.GetSection("Gateway:Providers").GetChildren()
        .Any(provider => bool.TryParse(provider["Simulated"], out var isSimulated) && isSimulated && provider["BaseUrl"] is null && provider["Endpoint"] is null);
}
