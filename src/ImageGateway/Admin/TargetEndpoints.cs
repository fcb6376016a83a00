using System.Text.Json;
using ImageGateway.Api;
using ImageGateway.Database;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary>A target's health and capacity; what is left is null without a limit. <see cref="WaitMs"/> is the time until it can take a call, 0 for now.</summary>
internal sealed record TargetAnswer(
    string Target, string Model, string State, int? RequestsLeft, int? ImagesLeft, int? ConcurrentLeft, double MedianMs, double ErrorShare, double WaitMs, string? Region, string? ShutdownDate, bool Simulated);

/// <summary>All targets, as the answering replica sees them.</summary>
internal sealed record TargetsAnswer(IReadOnlyList<TargetAnswer> Data);

/// <summary>
/// <c>GET /admin/v1/targets</c>, and <c>POST /admin/v1/targets/{target}/drain|enable</c>; the slashes in a target's name may be
/// escaped or not.
/// </summary>
internal static class TargetEndpoints
{
    public static void MapTargets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/v1/targets", (GatewaySnapshot snapshot, TargetRegistry registry) =>
            new TargetsAnswer([.. snapshot.Routing.Targets.Select(target => Describe(target, registry))]));
        app.MapPost("/admin/v1/targets/{target}/{action:regex(^(drain|enable)$)}", SwitchAsync);
        // With unescaped slashes, which OpenAPI cannot describe.
        app.MapPost("/admin/v1/targets/{**path:regex(/(drain|enable)$)}", (HttpContext http, string path) =>
            SwitchAsync(http, path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..])).ExcludeFromDescription();
    }

    private static async Task<TargetAnswer> SwitchAsync(HttpContext http, string target, string action)
    {
        var (services, registry, name) = (http.RequestServices, http.RequestServices.GetRequiredService<TargetRegistry>(), RouteText.Slashed(target));
        var found = services.GetRequiredService<GatewaySnapshot>().Routing.Targets.FirstOrDefault(known => known.Name == name)
            ?? throw new GatewayException(ErrorKind.NotFound, $"There is no target '{GatewayException.Shortened(name)}'.");
        var made = new TargetSwitch(name, action == "drain");
        // This replica applies it by reading it like the others: of two concurrent switches the later one wins on all of them.
        if (services.GetRequiredService<TenantChanges>() is { CanRecord: true } changes)
            await changes.MakeAsync(http.Actor(), change => KeepAsync(change, made, Describe(found, registry)), http.RequestAborted);
        else
            services.GetRequiredService<Action<TargetSwitch>>()(made);
        return Describe(found, registry);
    }

    private static async Task<TargetSwitch> KeepAsync(ControlChange change, TargetSwitch made, TargetAnswer before)
    {
        await change.SaveAsync(made);
        await change.RecordAsync(new ChangeRecord(made.IsDrained ? "target.drain" : "target.enable", $"target:{made.Target}", null, State(before.State), State(made.IsDrained ? "drained" : "healthy")));
        return made;
    }

    private static string State(string state) => JsonSerializer.Serialize(new { state });

    private static TargetAnswer Describe(Target target, TargetRegistry registry)
    {
        var load = registry.Of(target).Load(target, 1, 1);
        var figures = registry.Of(target).Figures(target);
        return new TargetAnswer(
            target.Name, target.Model.Name, WireName.Of(load.State), figures.RequestsLeft, figures.ImagesLeft, figures.ConcurrentLeft, load.MedianMilliseconds, figures.ErrorShare,
            load.Wait.TotalMilliseconds, target.Region, target.Shutdown?.ToString("yyyy-MM-dd"), target.Simulated);
    }
}
