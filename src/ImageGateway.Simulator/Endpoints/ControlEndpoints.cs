using System.Text.Json;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;

namespace ImageGateway.Simulator.Endpoints;

/// <summary>The simulator's own endpoints: add faults, read the calls.</summary>
internal static class ControlEndpoints
{
    public static void MapControl(this IEndpointRouteBuilder routes, FaultRules faults, CallLog log)
    {
        var control = routes.MapGroup("/_simulator");
        control.MapPost("/faults", http => AddFaultAsync(http, faults));
        control.MapGet("/faults", http => http.Response.WriteAsJsonAsync(faults.Pending, SimulatorJson.Default.IReadOnlyListFaultRule));
        control.MapDelete("/faults", http => Clear(http, faults.Clear));
        control.MapGet("/calls", http => http.Response.WriteAsJsonAsync(new CallList(log.Total, log.Calls), SimulatorJson.Default.CallList));
        control.MapDelete("/calls", http => Clear(http, log.Clear));
        control.MapGet("/usage", http => http.Response.WriteAsJsonAsync(log.Usage, SimulatorJson.Default.UsageTotals));
    }

    private static async Task AddFaultAsync(HttpContext http, FaultRules faults)
    {
        try
        {
            var rule = await JsonSerializer.DeserializeAsync(http.Request.Body, SimulatorJson.Default.FaultRule, http.RequestAborted);
            faults.Add(rule ?? throw new JsonException("A rule is expected, not null."));
            http.Response.StatusCode = StatusCodes.Status201Created;
        }
        catch (JsonException mistake)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync(mistake.Message, http.RequestAborted);
        }
    }

    private static Task Clear(HttpContext http, Action clear)
    {
        clear();
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
