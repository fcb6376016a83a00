using ImageGateway.Images;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageGateway.Routing;

/// <summary>Reports targets whose model shuts down within 30 days, or already has: at start, and with every readiness check.</summary>
internal sealed partial class LifecycleCheck(Func<RoutingTable> table, TimeProvider time, ILogger<LifecycleCheck> log) : IHealthCheck
{
    private const int Notice = 30;

    private volatile string _told = "";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var ending = Ending();
        // Readiness is checked every few seconds, and by anyone: log once a day, and when the list changes.
        var news = $"{time.Today()} {string.Join(' ', ending.Select(target => target.Name))}";
        if (Interlocked.Exchange(ref _told, news) != news)
        {
            foreach (var target in ending)
                LogEnding(target.Name, target.Model.Name, target.Shutdown!.Value);
        }
        return Task.FromResult(ending.Count == 0
            ? HealthCheckResult.Healthy("stay")
            : HealthCheckResult.Degraded($"{ending.Count} targets' models shut down within {Notice} days or already have; the log names them"));
    }

    private List<Target> Ending() => [.. table().Targets.Where(target => target.Shutdown <= time.Today().AddDays(Notice))];

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target}: {Model} shuts down on {Day}")]
    private partial void LogEnding(string target, string model, DateOnly day);
}
