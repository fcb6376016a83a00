using ImageGateway.Routing.Load;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.Tests.Routing.Load;

public sealed class ProbeTests
{
    // The host logs what a background service ends with, unless it was asked to stop it first.
    [Fact]
    public async Task Probe_that_is_disposed_ends_without_an_error()
    {
        var time = new ManualTime();
        var probe = new Probe(() => Plans.Table, new TargetRegistry(time), time, NullLogger<Probe>.Instance);
        await probe.StartAsync(CancellationToken.None);
        await time.TimerAsync();
        var running = probe.ExecuteTask!;
        probe.Dispose();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
