using ImageGateway.Api.Async;
using ImageGateway.Api.Files;
using ImageGateway.Api.Reading;
using ImageGateway.Caching;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Quotas;
using ImageGateway.Routing;
using ImageGateway.Telemetry;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>The images endpoints, at OpenAI's paths and at Azure's.</summary>
internal sealed class ImageEndpoints(
    Func<GatewaySnapshot> snapshot,
    TenantDirectory tenants,
    JobReader reader,
    JobPlans plans,
    HostedAnswers hosted,
    Replay replay,
    Dispatcher dispatcher,
    Quota quota,
    JobLedger ledger,
    JobMetrics metrics,
    RunningJobs runningJobs,
    AsyncJobs later,
    TimeProvider time)
{
    public void Map(IEndpointRouteBuilder app)
    {
        foreach (var prefix in ApiPaths.Images)
        {
            var images = app.MapGroup($"{prefix}/images");
            images.MapPost("generations", http => RunAsync(http, Operation.Generation));
            images.MapPost("edits", http => RunAsync(http, Operation.Edit));
            images.MapPost("variations", http => RunAsync(http, Operation.Variation));
        }
    }

    private async Task RunAsync(HttpContext http, Operation operation)
    {
        var now = snapshot();
        var job = await reader.ReadAsync(http, operation, RouteText.Slashed(http.Request.RouteValues["deployment"] as string), now.Limits);
        if (Preference.IsAsync(http.Request))
        {
            var state = await later.BeginAsync(http, unattended => RunAsync(unattended.Client, job, now, unattended));
            await JobResult.Accepted(http, state).ExecuteAsync(http);
            return;
        }
        using var progress = runningJobs.Begin(http);
        await RunAsync(http, job, now, unattended: null);
    }

    /// <summary>Runs a job: plan, replay, reserve, dispatch; finally charges it and writes its ledger entry, however it ended.</summary>
    private async Task RunAsync(HttpContext http, ImageJob job, GatewaySnapshot now, AsyncJob? unattended)
    {
        using var read = job;
        using var exchange = new JobExchange(http, job, now.Catalogue.Version, ledger, quota, metrics, time, unattended is null ? null : unattended.AcceptAsync);
        try
        {
            var plan = Plan(http, exchange.Record, now);
            if (unattended is not null)
                await later.PrepareAsync(unattended, exchange.Record);
            await hosted.RunAsync(http, exchange.Record, plan, () => ReplayAsync(http, exchange, plan));
        }
        catch (Exception e) when (e is GatewayException or OperationCanceledException)
        {
            exchange.Fail(e);
            throw;
        }
        finally
        {
            await exchange.CloseAsync();
        }
    }

    private async Task ReplayAsync(HttpContext http, JobExchange exchange, Plan plan)
    {
        using var ask = JobReplay.Of(exchange.Record, plan, tenants.SharedBytes);
        using var span = Tracing.Step("replay");
        await replay.RunAsync(http, ask.Ask, async client =>
        {
            // No replay: from here on the job runs itself.
            Tracing.End(span, Replay.Word(http));
            plan.RequireTarget();
            await exchange.HoldAsync(plan);
            await hosted.TakeOverAsync(client, exchange.Record, plan, () => dispatcher.RunAsync(client, exchange.Record, plan));
        });
        Tracing.End(span, Replay.Word(http));
    }

    private Plan Plan(HttpContext http, JobRecord record, GatewaySnapshot now)
    {
        using var span = Tracing.Step("plan");
        return plans.Make(http, record.Job, now, record);
    }
}
