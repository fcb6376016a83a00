using ImageGateway.Images;
using ImageGateway.Telemetry;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageGateway.Api;

/// <summary>
/// <c>/healthz/live</c>: the process runs; <c>/healthz/ready</c>: it can take requests (200, else 503), with the state of each
/// part. Neither needs a key.
/// </summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    private static Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.LeaveUntraced();
        var checks = report.Entries.ToDictionary(entry => entry.Key, entry => new Check(WireName.Of(entry.Value.Status), entry.Value.Description));
        return http.Response.WriteAsJsonAsync(new Answer(checks.TryGetValue("draining", out var drain) && drain.Status == "unhealthy" ? "draining" : WireName.Of(report.Status), checks), http.RequestAborted);
    }

    private sealed record Answer(string Status, IReadOnlyDictionary<string, Check> Checks);

    private sealed record Check(string Status, string? Detail);
}
