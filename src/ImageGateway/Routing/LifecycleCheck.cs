using ImageGateway.Images;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageGateway.Routing;

/// <summary>Reports targets whose model is shut down within 30 days, or is already: at start, and whenever readiness is asked.</summary>
internal sealed partial class LifecycleCheck(Func<RoutingTable> table, TimeProvider time, ILogger<LifecycleCheck> log) : IHealthCheck
{
    private const int Notice = 30;

    private volatile string _told = "";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var ending = Ending();
        // Readiness is asked every few seconds, and by anybody: once a day, and when it is about others.
        var news = $"{time.Today()} {string.Join(' ', ending.Select(target => target.Name))}";
        if (Interlocked.Exchange(ref _told, news) != news)
        {
            foreach (var target in ending)
                LogEnding(target.Name, target.Model.Name, target.Shutdown!.Value);
        }
        return Task.FromResult(ending.Count == 0
            ? HealthCheckResult.Healthy("stay")
            : HealthCheckResult.Degraded($"{ending.Count} targets' models are shut down within {Notice} days, or are already; the log names them"));
    }

    private List<Target> Ending() => [.. table().Targets.Where(target => target.Shutdown <= time.Today().AddDays(Notice))];

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target}: {Model} is shut down on {Day}")]
    private partial void LogEnding(string target, string model, DateOnly day);
}
