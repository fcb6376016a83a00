using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Faults;

/// <summary>Restarts the gateways one after the other, as a deployment does: SIGTERM, its end, a new process, until that is ready.</summary>
internal static class RollingRestart
{
    public static async Task RunAsync(FleetSystem fleet)
    {
        foreach (var replica in fleet.Replicas)
        {
            await replica.TerminateAsync(FleetSystem.Patience);
            replica.Start();
            await replica.ReadyAsync(FleetSystem.Patience);
            // Until the balancer has seen it.
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }
}
