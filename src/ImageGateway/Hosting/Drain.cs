using ImageGateway.Caching;
using ImageGateway.Quotas;
using Microsoft.AspNetCore.Hosting.Server;

namespace ImageGateway.Hosting;

/// <summary>
/// Stops the gateway without losing what is paid for, or who is on the way: it is not ready any more; it closes connections as
/// they are used, until balancers have noticed; it takes none but to a control plane on addresses of its own; what is in
/// progress has its time; then it is ended, and settled before the ledger stops.
/// </summary>
internal sealed partial class Drain(RunningJobs runningJobs, Settlements settlements, DrainTime allowed, IServer server, TimeProvider time, ILogger<Drain> log) : IHostedLifecycleService, IDisposable
{
    // Settling takes a moment, and no more than this while the database does not answer.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private ITimer? _end;

    /// <summary>Before the server stops, which closes idle connections in the very moment in which a client may use one.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(allowed.Delay, time, cancellationToken);
        _end = time.CreateTimer(_ => End(), null, allowed.Value, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has a stopping gateway's answers say that their connection ends with them.</summary>
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

    /// <summary>When the server has stopped, since it was started last: what goes on without a client has the rest of the time.</summary>
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

    /// <summary>Registers it, and gives the host time for it.</summary>
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} jobs were not done when the gateway stopped; their calls are cancelled and settled")]
    private partial void LogEnded(int count);
}

/// <summary>How long a gateway that stops goes on taking requests, and how long those in progress may take after that.</summary>
internal sealed record DrainTime(TimeSpan Delay, TimeSpan Value);
