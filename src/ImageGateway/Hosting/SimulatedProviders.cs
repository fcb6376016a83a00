using ImageGateway.Simulator;

namespace ImageGateway.Hosting;

/// <summary>The simulator inside this process, for providers that are simulated and name no address.</summary>
internal sealed class SimulatedProviders : IHostedService
{
    private readonly WebApplication _app;

    private SimulatedProviders(WebApplication app) => _app = app;

    /// <summary>Where it listens: a free loopback port.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts it when the configuration needs one; the gateway's configuration needs its address.</summary>
    public static async Task<SimulatedProviders?> StartIfNeededAsync(IConfiguration configuration)
    {
        if (!GatewayConfiguration.NeedsSimulator(configuration))
            return null;
        var options = new SimulatorOptions { Urls = "http://127.0.0.1:0" };
        foreach (var deployment in configuration.GetSection("Gateway:Providers").GetChildren().SelectMany(provider => provider.GetSection("Deployments").GetChildren()))
            options.Deployments[deployment.Key] = deployment.Value ?? deployment["Model"] ?? "";
        var simulator = new SimulatedProviders(SimulatorHost.Build(options));
        await simulator._app.StartAsync();
        return simulator;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);
}
