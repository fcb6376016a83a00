using System.Collections.Concurrent;
using ImageGateway.Configuration;
using ImageGateway.Hosting;
using ImageGateway.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace ImageGateway.Tests.Hosting;

public sealed class ConfigurationReloadTests : IDisposable
{
    private static readonly Uri Simulator = new("http://127.0.0.1:1/");

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<string> _log = new();

    public void Dispose() => _folder.Dispose();

    // The host logs what a background service ends with, unless it was asked to stop it first.
    [Fact]
    public async Task Reload_that_is_disposed_ends_without_an_error()
    {
        var (reload, _) = await StartAsync(Write());
        var running = reload.ExecuteTask!;
        reload.Dispose();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    // A folder in its place cannot be read by root either.
    [Fact]
    public async Task File_that_cannot_be_read_is_refused_until_it_can()
    {
        var path = Write();
        var (reload, snapshots) = await StartAsync(path);
        var before = snapshots.Current;
        File.Delete(path);
        Directory.CreateDirectory(path);
        await LookAsync(reload, () => snapshots.Refused == 1);
        Assert.Same(before, snapshots.Current);
        Directory.Delete(path);
        Write();
        await LookAsync(reload, () => snapshots.Refused == 0);
        Assert.NotSame(before, snapshots.Current);
        reload.Dispose();
    }

    // A mounted secret may come after the configuration that names it, and touches nothing else.
    [Fact]
    public async Task Refused_configuration_is_tried_again_until_what_it_names_is_there()
    {
        var (reload, snapshots) = await StartAsync(Write());
        Write(""","Tenants":{"acme":{"Keys":[{"Name":"web","Secret":"file:late"}]}}""");
        await LookAsync(reload, () => snapshots.Refused == 1);
        _folder.Write("late", "igw_acme_0123456789");
        await LookAsync(reload, () => snapshots.Refused == 0);
        Assert.Equal(["acme"], snapshots.Current.Tenants.Tenants.Keys);
        reload.Dispose();
    }

    // New versions of a vault's secrets are taken so.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task File_that_is_touched_is_loaded_again(bool isLink)
    {
        var file = Write();
        var path = isLink ? File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.json"), file).FullName : file;
        var (reload, snapshots) = await StartAsync(path);
        var before = snapshots.Current;
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddMinutes(1));
        await LookAsync(reload, () => !ReferenceEquals(snapshots.Current, before));
        reload.Dispose();
    }

    [Fact]
    public async Task Change_that_takes_a_restart_is_told()
    {
        var (reload, snapshots) = await StartAsync(Write(""","Limits":{"JsonBytes":1000},"Alerts":{"Thresholds":[50]}"""));
        var before = snapshots.Current;
        Write(""","Limits":{"JsonBytes":2000,"BufferBytes":3000},"Alerts":{"Thresholds":[50]},"PublicUrl":"https://images.example.com","Unpriced":"allow" """);
        await LookAsync(reload, () => !ReferenceEquals(snapshots.Current, before));
        Assert.Contains("These options changed since the start and need a restart: Gateway:Limits:BufferBytes, Gateway:PublicUrl", _log);
        reload.Dispose();
    }

    [Fact]
    public void File_that_cannot_be_read_at_start_is_a_mistake()
    {
        var mistake = Assert.Single(Assert.Throws<ConfigurationException>(() => Add(_folder.Path)).Mistakes);
        Assert.StartsWith($"--config: {_folder.Path}: ", mistake, StringComparison.Ordinal);
    }

    private string Write(string more = "") => _folder.Write("gateway.json", $$$"""{"Gateway":{"Providers":{"openai":{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1"]}}{{{more}}}}}""");

    private static GatewayFile Add(string path)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration["config"] = path;
        return GatewayFile.AddTo(builder);
    }

    private async Task<(ConfigurationReload Reload, Snapshots Snapshots)> StartAsync(string path)
    {
        var file = Add(path);
        var snapshots = new Snapshots(GatewayConfiguration.Load(file.Read(), file.FirstRun, _time, Simulator, []));
        var reload = new ConfigurationReload(snapshots, file, new SimulatorAddress(Simulator), new LogLevels(), _time, new Lines(_log));
        await reload.StartAsync(CancellationToken.None);
        await _time.TimerAsync();
        return (reload, snapshots);
    }

    // The file is looked at every second, for as long as the service runs.
    private async Task LookAsync(ConfigurationReload reload, Func<bool> seen)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (; !seen(); await Task.Yield())
        {
            Assert.False(reload.ExecuteTask!.IsCompleted);
            patience.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILogger<ConfigurationReload>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue(formatter(state, exception));
    }
}
