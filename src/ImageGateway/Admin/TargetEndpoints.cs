using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;

namespace ImageGateway.Admin;

/// <summary>A target's health and room. <see cref="WaitMs"/> is how long until it takes a call, 0 for now.</summary>
internal sealed record TargetAnswer(
    string Target, string Model, string State, int? RequestsLeft, double MedianMs, double ErrorShare, double WaitMs, string? Region, string? ShutdownDate, bool Simulated);

/// <summary><c>GET /admin/v1/targets</c>, and <c>POST /admin/v1/targets/{target}/drain|enable</c>; a target's name has a slash in it, escaped or not.</summary>
internal static class TargetEndpoints
{
    public static void MapTargets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/v1/targets", (GatewaySnapshot snapshot, Fleet fleet) => new { Data = snapshot.Routing.Targets.Select(target => Describe(target, fleet)).ToList() });
        app.MapPost("/admin/v1/targets/{provider}/{name}/{action:regex(^(drain|enable)$)}", (string provider, string name, string action, GatewaySnapshot snapshot, Fleet fleet, WaitingRoom room) =>
            Switch($"{provider}/{name}", action, snapshot, fleet, room));
        app.MapPost("/admin/v1/targets/{target}/{action:regex(^(drain|enable)$)}", (string target, string action, GatewaySnapshot snapshot, Fleet fleet, WaitingRoom room) =>
            Switch(Uri.UnescapeDataString(target), action, snapshot, fleet, room));
    }

    private static TargetAnswer Switch(string name, string action, GatewaySnapshot snapshot, Fleet fleet, WaitingRoom room)
    {
        var target = snapshot.Routing.Targets.FirstOrDefault(target => target.Name == name)
            ?? throw new GatewayException(ErrorKind.NotFound, $"There is no target '{GatewayException.Shortened(name)}'.");
        if (action == "drain")
            fleet.Of(target).Drain();
        else
            fleet.Of(target).Enable();
        room.Admit();
        return Describe(target, fleet);
    }

    private static TargetAnswer Describe(Target target, Fleet fleet)
    {
        var load = fleet.Of(target).Load(target, 1, 1);
        var (left, errors) = fleet.Of(target).Figures(target);
        return new TargetAnswer(
            target.Name, target.Model.Name, load.State.ToString().ToLowerInvariant(), left, load.MedianMilliseconds, errors,
            load.Wait.TotalMilliseconds, target.Region, target.Shutdown?.ToString("yyyy-MM-dd"), target.Simulated);
    }
}
