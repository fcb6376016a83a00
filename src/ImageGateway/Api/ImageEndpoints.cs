using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>The images endpoints, at OpenAI's paths and at Azure's.</summary>
internal static class ImageEndpoints
{
    public static void MapImages(this IEndpointRouteBuilder app)
    {
        foreach (var prefix in (string[])["/v1", "/openai/v1", "/openai", "/openai/deployments/{deployment}"])
        {
            var images = app.MapGroup($"{prefix}/images");
            images.MapPost("generations", http => RunAsync(http, Operation.Generation));
            images.MapPost("edits", http => RunAsync(http, Operation.Edit));
            images.MapPost("variations", http => RunAsync(http, Operation.Variation));
        }
    }

    /// <summary>The way of a job: read, plan, dispatch.</summary>
    private static async Task RunAsync(HttpContext http, Operation operation)
    {
        var services = http.RequestServices;
        var snapshot = services.GetRequiredService<GatewaySnapshot>();
        var deployment = http.Request.RouteValues["deployment"] as string;
        using var job = await services.GetRequiredService<JobReader>().ReadAsync(http, operation, deployment, snapshot.Limits);
        var plan = Planner.Plan(job, http.Caller(), snapshot.Routing);
        await services.GetRequiredService<Dispatcher>().RunAsync(http, job, plan);
    }
}
