using ImageGateway.Images;
using ImageGateway.Telemetry;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageGateway.Api;

/// <summary>
/// <c>/healthz/live</c>: the process runs; <c>/healthz/ready</c>: it can take requests (200, else 503), with the state of each
/// part. Neither needs a key.
/// </summary>
internal static partial class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    private static Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.LeaveUntraced();
        foreach (var (name, entry) in report.Entries.Where(entry => entry.Value.Exception is not null))
            LogFailed(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(HealthEndpoints)), entry.Exception, name);
        // The framework describes a check that throws by its exception's message, which may contain names and addresses.
        var checks = report.Entries.ToDictionary(entry => entry.Key, entry => new Check(WireName.Of(entry.Value.Status), entry.Value.Exception is null ? entry.Value.Description : "the check failed"));
        return http.Response.WriteAsJsonAsync(new Answer(checks.TryGetValue("draining", out var drain) && drain.Status == "unhealthy" ? "draining" : WireName.Of(report.Status), checks), http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The readiness check {Name} failed")]
    private static partial void LogFailed(ILogger log, Exception? exception, string name);

    private sealed record Answer(string Status, IReadOnlyDictionary<string, Check> Checks);

    private sealed record Check(string Status, string? Detail);
}
