using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageGateway.Hosting;

/// <summary>Once the server listens, logs what runs and which parts of the configuration are not in force.</summary>
internal sealed partial class Announcement(IServiceProvider services, FirstRun? firstRun, IReadOnlyList<string> warnings) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken);
        var log = services.GetRequiredService<ILogger<Announcement>>();
        foreach (var warning in warnings)
            LogWarning(log, warning);
        var urls = services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        LogListening(log, urls);
        firstRun?.Print(Console.Out, Reachable(urls.First()), services.GetRequiredService<GatewaySnapshot>());
    }

    // A server that listens on every address is reachable at this one.
    private static string Reachable(string url) => url.Replace("[::]", "127.0.0.1", StringComparison.Ordinal).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger log, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "Listening on {Urls}")]
    private static partial void LogListening(ILogger log, IEnumerable<string> urls);
}
