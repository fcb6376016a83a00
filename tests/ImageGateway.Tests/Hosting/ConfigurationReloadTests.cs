using ImageGateway.Hosting;
using ImageGateway.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.Tests.Hosting;

public sealed class ConfigurationReloadTests
{
    // The host logs what a background service ends with, unless it was asked to stop it first.
    [Fact]
    public async Task Reload_that_is_disposed_ends_without_an_error()
    {
        var (time, simulator) = (new ManualTime(), new Uri("http://127.0.0.1:1/"));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration["config"] = Repository.File("config", "gateway.json");
        var file = GatewayFile.AddTo(builder);
        var snapshots = new Snapshots(GatewayConfiguration.Load(file.Read(), new FirstRun(), time, simulator, []));
        var reload = new ConfigurationReload(snapshots, file, new SimulatorAddress(simulator), new LogLevels(), time, NullLogger<ConfigurationReload>.Instance);
        await reload.StartAsync(CancellationToken.None);
        await time.TimerAsync();
        var running = reload.ExecuteTask!;
        reload.Dispose();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
