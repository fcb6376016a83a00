using ImageGateway.Caching;
using ImageGateway.Quotas;
using Microsoft.AspNetCore.Hosting.Server;

namespace ImageGateway.Hosting;

/// <summary>
/// Stops the gateway without losing paid work or arriving requests. It reports that it is not ready; it closes each connection
/// after its next response, until load balancers have noticed; it then accepts connections only to a separate control plane;
/// requests in progress get the drain timeout; the rest is cancelled and settled before the ledger stops.
/// </summary>
internal sealed partial class Drain(RunningJobs runningJobs, Settlements settlements, DrainTime allowed, IServer server, TimeProvider time, ILogger<Drain> log) : IHostedLifecycleService, IDisposable
{
    // Settlement takes a moment; while the database does not answer, the gateway waits at most this long.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private ITimer? _end;

    /// <summary>Runs before the server stops, because stopping closes idle connections at the moment a client may use one.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(allowed.Delay, time, cancellationToken);
        _end = time.CreateTimer(_ => End(), null, allowed.Value, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds <c>Connection: close</c> to the responses of a stopping gateway.</summary>
    public static void Use(IApplicationBuilder app)
    {
        var stopping = app.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        app.Use((http, next) =>
        {
            if (stopping.IsCancellationRequested && HttpProtocol.IsHttp11(http.Request.Protocol))
                http.Response.Headers.Connection = "close";
            return next(http);
        });
    }

    /// <summary>Runs after the server has stopped, since it was started last; jobs that run without a client get the remaining time.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10), time);
        while (runningJobs.Jobs > 0 && !runningJobs.Over.IsCancellationRequested)
            await timer.WaitForNextTickAsync(cancellationToken);
        End();
        var start = time.GetTimestamp();
        while ((runningJobs.Jobs > 0 || settlements.Count > 0) && time.GetElapsedTime(start) < Settling)
            await timer.WaitForNextTickAsync(cancellationToken);
        if (server is TwoPlanes planes)
            await planes.StopControlAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _end?.Dispose();

    /// <summary>Registers it, and gives the host enough shutdown time.</summary>
    public static void Add(IServiceCollection services, DrainTime allowed)
    {
        services.AddSingleton(allowed);
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = allowed.Delay + allowed.Value + Settling + Settling);
    }

    private void End()
    {
        if (runningJobs.Jobs > 0 && !runningJobs.Over.IsCancellationRequested)
            LogEnded(runningJobs.Jobs);
        runningJobs.End();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} jobs were still running when the gateway stopped; their calls are cancelled and settled")]
    private partial void LogEnded(int count);
}

/// <summary>How long a stopping gateway keeps accepting requests, and how long those in progress may take after that.</summary>
internal sealed record DrainTime(TimeSpan Delay, TimeSpan Value);
