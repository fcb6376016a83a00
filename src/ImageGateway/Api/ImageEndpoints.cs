using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>The images endpoints, at OpenAI's paths and at Azure's.</summary>
internal sealed class ImageEndpoints(Func<GatewaySnapshot> snapshot, JobReader reader, Fleet fleet, Dispatcher dispatcher, JobLedger ledger, TimeProvider time)
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

    /// <summary>The way of a job: read, plan, dispatch; in the end its entry in the ledger, however it ended.</summary>
    private async Task RunAsync(HttpContext http, Operation operation)
    {
        var now = snapshot();
        using var job = await reader.ReadAsync(http, operation, http.Request.RouteValues["deployment"] as string, now.Limits);
        var record = new JobRecord(http.TraceIdentifier, http.Caller(), job, time, ledger.IntendAsync)
        {
            PriceBook = now.Catalogue.Version,
            BytesIn = http.Request.ContentLength ?? 0,
            ClientRequestId = http.Request.Headers["x-request-id"],
        };
        try
        {
            await RunAsync(http, record, now);
        }
        catch (GatewayException e)
        {
            record.Fail(ErrorEnvelope.Code(e.Error), isRefusal: e.Error.Kind == ErrorKind.ProviderRefusal);
            throw;
        }
        catch (OperationCanceledException)
        {
            record.Fail("client_disconnected", isRefusal: false);
            throw;
        }
        finally
        {
            await ledger.CloseAsync(record);
        }
    }

    private async Task RunAsync(HttpContext http, JobRecord record, GatewaySnapshot now)
    {
        var (job, caller) = (record.Job, record.Caller);
        JobTags.Require(job, caller.RequiredTags);
        var plan = Planner.Plan(job, caller, now.Routing, fleet.Load, fleet.NextTicket, time.Today());
        (record.Route, record.Tier) = (plan.Route.Name, plan.Tier);
        await dispatcher.RunAsync(http, record, plan);
    }
}
