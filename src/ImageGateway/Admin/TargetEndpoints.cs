using System.Text.Json;
using ImageGateway.Database;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary>A target's health and room. <see cref="WaitMs"/> is how long until it takes a call, 0 for now.</summary>
internal sealed record TargetAnswer(
    string Target, string Model, string State, int? RequestsLeft, double MedianMs, double ErrorShare, double WaitMs, string? Region, string? ShutdownDate, bool Simulated);

/// <summary><c>GET /admin/v1/targets</c>, and <c>POST /admin/v1/targets/{target}/drain|enable</c>; a target's name has slashes in it, each escaped or not.</summary>
internal static class TargetEndpoints
{
    public static void MapTargets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/v1/targets", (GatewaySnapshot snapshot, Fleet fleet) => new { Data = snapshot.Routing.Targets.Select(target => Describe(target, fleet)).ToList() });
        app.MapPost("/admin/v1/targets/{target}/{action:regex(^(drain|enable)$)}", (HttpContext http, string target, string action) => SwitchAsync(http, target, action));
        // With slashes as they are, which OpenAPI cannot describe.
        app.MapPost("/admin/v1/targets/{**path:regex(/(drain|enable)$)}", (HttpContext http, string path) =>
            SwitchAsync(http, path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..])).ExcludeFromDescription();
    }

    // Written down first: what cannot be recorded is not done.
    private static async Task<TargetAnswer> SwitchAsync(HttpContext http, string name, string action)
    {
        name = RouteText.Slashed(name);
        var (services, fleet) = (http.RequestServices, http.RequestServices.GetRequiredService<Fleet>());
        var target = services.GetRequiredService<GatewaySnapshot>().Routing.Targets.FirstOrDefault(target => target.Name == name)
            ?? throw new GatewayException(ErrorKind.NotFound, $"There is no target '{GatewayException.Shortened(name)}'.");
        if (services.GetRequiredService<TenantChanges>() is { CanRecord: true } changes)
            await changes.MakeAsync(http.Actor(), change => RecordAsync(change, action, Describe(target, fleet)), http.RequestAborted);
        if (action == "drain")
            fleet.Of(target).Drain();
        else
            fleet.Of(target).Enable();
        services.GetRequiredService<WaitingRoom>().Admit();
        return Describe(target, fleet);
    }

    private static async Task<bool> RecordAsync(ControlChange change, string action, TargetAnswer before)
    {
        await change.RecordAsync(new ChangeRecord($"target.{action}", $"target:{before.Target}", null, State(before.State), action == "drain" ? State("drained") : State("healthy")));
        return true;
    }

    private static string State(string state) => JsonSerializer.Serialize(new { state });

    private static TargetAnswer Describe(Target target, Fleet fleet)
    {
        var load = fleet.Of(target).Load(target, 1, 1);
        var (left, errors) = fleet.Of(target).Figures(target);
        return new TargetAnswer(
            target.Name, target.Model.Name, load.State.ToString().ToLowerInvariant(), left, load.MedianMilliseconds, errors,
            load.Wait.TotalMilliseconds, target.Region, target.Shutdown?.ToString("yyyy-MM-dd"), target.Simulated);
    }
}
