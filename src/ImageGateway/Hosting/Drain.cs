using ImageGateway.Caching;
using Microsoft.AspNetCore.Hosting.Server;

namespace ImageGateway.Hosting;

/// <summary>
/// Stops the gateway without losing what is paid for: it is not ready any more and takes no connections but to a control plane on
/// addresses of its own; what is in progress has its time; then it is ended, and settled before the ledger stops.
/// </summary>
internal sealed partial class Drain(Finishes finishes, DrainTime allowed, IServer server, TimeProvider time, ILogger<Drain> log) : IHostedLifecycleService, IDisposable
{
    // Settling takes a moment, and no more than this while the database does not answer.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private ITimer? _end;

    /// <summary>Before the server stops.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        finishes.IsStopping = true;
        _end = time.CreateTimer(_ => End(), null, allowed.Value, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    /// <summary>When the server has stopped, since it was started last: what goes on without a client has the rest of the time.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10), time);
        while (finishes.Jobs > 0 && !finishes.Over.IsCancellationRequested)
            await timer.WaitForNextTickAsync(cancellationToken);
        End();
        var start = time.GetTimestamp();
        while (finishes.Jobs > 0 && time.GetElapsedTime(start) < Settling)
            await timer.WaitForNextTickAsync(cancellationToken);
        if (server is TwoPlanes planes)
            await planes.StopControlAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _end?.Dispose();

    /// <summary>Registers it, and gives the host time for it.</summary>
    public static void Add(IServiceCollection services, TimeSpan allowed)
    {
        services.AddSingleton(new DrainTime(allowed));
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = allowed + Settling + Settling);
    }

    private void End()
    {
        if (finishes.Jobs > 0 && !finishes.Over.IsCancellationRequested)
            LogEnded(finishes.Jobs);
        finishes.End();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} jobs were not done when the gateway stopped; their calls are cancelled and settled")]
    private partial void LogEnded(int count);
}

/// <summary>How long requests in progress may take when the gateway stops.</summary>
internal sealed record DrainTime(TimeSpan Value);
