using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace ImageGateway.Api;

/// <summary><c>/healthz/live</c>: the process runs; <c>/healthz/ready</c>: it can take requests. Neither needs a key.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/healthz/ready");
    }
}
