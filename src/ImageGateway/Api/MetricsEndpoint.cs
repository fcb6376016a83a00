using System.Diagnostics;
using ImageGateway.Telemetry.Prometheus;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Api;

/// <summary><c>GET /metrics</c> for Prometheus. It needs no key; if the control plane has its own addresses, it is served only there.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder app) => app.MapGet("/metrics", async (HttpContext http, PrometheusExporter exporter) =>
    {
        http.LeaveUntraced();
        http.Response.ContentType = PrometheusExporter.ContentType;
        await http.Response.WriteAsync(exporter.Scrape(), http.RequestAborted);
    });

    /// <summary>Excludes a request that only monitors the gateway from traces.</summary>
    public static void LeaveUntraced(this HttpContext http)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is { } span)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
