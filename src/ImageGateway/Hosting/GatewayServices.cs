using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Routing;

namespace ImageGateway.Hosting;

/// <summary>Registers the gateway's parts and loads its configuration.</summary>
internal static partial class GatewayServices
{
    /// <summary>Registers everything; starts the simulator when the configuration needs it.</summary>
    /// <exception cref="Configuration.ConfigurationException">The configuration has mistakes.</exception>
    public static async Task AddGatewayAsync(this WebApplicationBuilder builder, FirstRun? firstRun)
    {
        var simulator = await SimulatedProviders.StartIfNeededAsync(builder.Configuration);
        var warnings = new List<string>();
        var snapshot = GatewayConfiguration.Load(builder.Configuration, firstRun, TimeProvider.System, simulator?.Address, warnings);
        var services = builder.Services;
        if (simulator is not null)
            services.AddHostedService(_ => simulator);
        services.AddHostedService(provider => new Announcement(provider, firstRun, warnings));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(snapshot);
        services.AddSingleton(new BufferBudget(snapshot.Limits.BufferBytes));
        services.AddSingleton(new ImageFetcher(snapshot.ImageUrlHosts));
        services.AddSingleton<JsonReader>();
        services.AddSingleton<FormReader>();
        services.AddSingleton<JobReader>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<Func<GatewaySnapshot>>(provider => provider.GetRequiredService<GatewaySnapshot>);
        services.AddSingleton<ImageEndpoints>();
        services.AddHealthChecks();
    }
}
