using ImageGateway.Simulator;

namespace ImageGateway.Hosting;

/// <summary>The simulator inside this process, for simulated providers without an address.</summary>
internal sealed class SimulatedProviders : IHostedService
{
    private readonly SimulatorOptions _options = new() { Urls = "http://127.0.0.1:0" };
    private readonly WebApplication _app;

    private SimulatedProviders() => _app = SimulatorHost.Build(_options);

    /// <summary>Its address: a free loopback port.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts it if the configuration needs it, before the configuration is loaded, which needs its address.</summary>
    public static async Task<SimulatedProviders?> StartIfNeededAsync(IConfiguration configuration)
    {
        if (!GatewayConfiguration.NeedsSimulator(configuration))
            return null;
        var simulator = new SimulatedProviders();
        simulator.Learn(configuration);
        await simulator._app.StartAsync();
        return simulator;
    }

    /// <summary>Takes over the deployments of a configuration.</summary>
    public void Learn(IConfiguration configuration)
    {
        foreach (var deployment in configuration.GetSection("Gateway:Providers").GetChildren().SelectMany(provider => provider.GetSection("Deployments").GetChildren()))
            _options.Deployments[deployment.Key] = deployment.Value ?? deployment["Model"] ?? "";
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);
}
