using ImageGateway.Telemetry;
using ImageGateway.Telemetry.Prometheus;

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
}
