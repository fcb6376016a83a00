using ImageGateway.Admin.OpenApi;
using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tenants;

namespace ImageGateway.Hosting;

/// <summary>Registers the gateway's parts and loads its configuration.</summary>
internal static partial class GatewayServices
{
    /// <summary>Registers everything; starts the simulator when the configuration needs it.</summary>
    /// <exception cref="Configuration.ConfigurationException">The configuration has mistakes.</exception>
    public static async Task AddGatewayAsync(this WebApplicationBuilder builder, GatewayFile file, TimeProvider time)
    {
        var simulator = await SimulatedProviders.StartIfNeededAsync(builder.Configuration);
        var warnings = new List<string>();
        var snapshot = GatewayConfiguration.Load(file.Read(), file.FirstRun, time, simulator?.Address, warnings);
        builder.AddAdminListener(snapshot.AdminAddresses);
        await builder.AddLedgerAsync(snapshot.Ledger, file, warnings);
        var services = builder.Services;
        services.AddTelemetry(builder.Configuration);
        if (simulator is not null)
            services.AddHostedService(_ => simulator);
        services.AddHostedService(provider => new Announcement(provider, file.FirstRun, warnings));
        services.AddSingleton(time);
        services.AddSingleton(file);
        services.AddSingleton(new SimulatorAddress(simulator?.Address, simulator is null ? null : simulator.Learn));
        services.AddSingleton(new Snapshots(snapshot));
        services.AddTransient(provider => provider.GetRequiredService<Snapshots>().Current);
        services.AddSingleton<Func<GatewaySnapshot>>(provider =>
        {
            var snapshots = provider.GetRequiredService<Snapshots>();
            return () => snapshots.Current;
        });
        services.AddHostedService<ConfigurationReload>();
        services.AddTenants();
        AddReading(services, snapshot);
        AddRouting(services);
        await builder.AddQuotasAsync(snapshot.Overload, snapshot.Ledger.Lease);
        await builder.AddReplayAsync(snapshot.Replay, new DrainTime(snapshot.DrainDelay, snapshot.DrainTimeout));
        services.AddFiles(snapshot, hasRedis: !string.IsNullOrWhiteSpace(builder.Configuration["ConnectionStrings:Redis"]));
        services.AddBudgetAlerts(snapshot.Alerts, warnings);
        services.AddSingleton<JobPlans>();
        services.AddSingleton<ImageEndpoints>();
        services.AddSingleton<EstimateEndpoint>();
        services.AddHttpForwarder();
        services.AddResponseCompression(options => (options.EnableForHttps, options.MimeTypes) = (true, ["text/*", "application/x-ndjson", "image/svg+xml"]));
        services.AddControlPlaneDocument();
        services.AddReadiness();
    }

    private static void AddReading(IServiceCollection services, GatewaySnapshot snapshot)
    {
        services.AddSingleton(new BufferBudget(snapshot.Limits.BufferBytes));
        services.AddSingleton(provider => new PublicClient(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ImageFetcher(provider.GetRequiredService<PublicClient>(), snapshot.ImageUrlHosts));
        services.AddSingleton<JsonReader>();
        services.AddSingleton<FormReader>();
        services.AddSingleton<JobReader>();
    }

    private static void AddRouting(IServiceCollection services)
    {
        services.AddSingleton<TargetRegistry>();
        services.AddHostedService<Probe>();
        services.AddSingleton<WaitingRoom>();
        services.AddSingleton<Action<TargetSwitch>>(provider =>
        {
            var (registry, room) = (provider.GetRequiredService<TargetRegistry>(), provider.GetRequiredService<WaitingRoom>());
            return made =>
            {
                registry.Switch(made.Target, made.IsDrained);
                room.Admit();
            };
        });
        services.AddSingleton<UpstreamCall>();
        services.AddSingleton<FanOut>();
        services.AddSingleton<Dispatcher>();
        services.AddTransient(provider => provider.GetRequiredService<Snapshots>().Current.Routing);
        services.AddSingleton<Func<RoutingTable>>(provider => () => provider.GetRequiredService<Snapshots>().Current.Routing);
    }
}
