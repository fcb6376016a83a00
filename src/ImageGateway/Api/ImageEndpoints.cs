using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>The images endpoints, at OpenAI's paths and at Azure's.</summary>
internal sealed class ImageEndpoints(Func<GatewaySnapshot> snapshot, JobReader reader, Fleet fleet, Dispatcher dispatcher, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder app)
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
    private async Task RunAsync(HttpContext http, Operation operation)
    {
        var now = snapshot();
        using var job = await reader.ReadAsync(http, operation, http.Request.RouteValues["deployment"] as string, now.Limits);
        var caller = http.Caller();
        var plan = Planner.Plan(job, caller, now.Routing, target => fleet.Of(target).Load(target, 1, job.Parameters.Count), fleet.NextTicket, time.Today());
        await dispatcher.RunAsync(http, job, caller, plan);
    }
}
