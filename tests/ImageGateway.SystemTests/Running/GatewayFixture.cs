using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Running;

/// <summary>A gateway in front of a simulator, both on sockets; a second one has small limits. Shared by all tests, which run one after another.</summary>
public sealed class GatewayFixture : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _narrowFolder = new();
    private readonly WebApplication _simulator;
    private WebApplication? _gateway;
    private WebApplication? _narrow;

    public GatewayFixture()
    {
        var options = new SimulatorOptions { Urls = "http://127.0.0.1:0" };
        options.Deployments["own name"] = "gpt-image-2";
        options.Deployments["v1-std"] = "gpt-image-1";
        _simulator = SimulatorHost.Build(options);
    }

    /// <summary>Bounds of the second gateway, in bytes.</summary>
    internal static (int Json, int Form, int File) NarrowLimits { get; } = (4_000, 20_000, 2_000);

    internal string SimulatorUrl => _simulator.Urls.Single();

    internal Uri Url => new(_gateway!.Urls.Single());

    internal Uri NarrowUrl => new(_narrow!.Urls.Single());

    internal CallLog Log => _simulator.Services.GetRequiredService<CallLog>();

    internal FaultRules Faults => _simulator.Services.GetRequiredService<FaultRules>();

    // A response that is left unread is dropped at once, not drained.
    internal HttpClient Http { get; } = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero, UseCookies = false, AllowAutoRedirect = false });

    public async Task InitializeAsync()
    {
        await _simulator.StartAsync();
        _gateway = await StartAsync(ConfigurationFile.Write(_folder, SimulatorUrl));
        var limits = new { JsonBytes = NarrowLimits.Json, FormBytes = NarrowLimits.Form, FileBytes = NarrowLimits.File };
        _narrow = await StartAsync(ConfigurationFile.Write(_narrowFolder, SimulatorUrl, limits));
        Http.BaseAddress = Url;
    }

    public async Task DisposeAsync()
    {
        foreach (var app in new[] { _gateway, _narrow, _simulator })
        {
            if (app is not null)
                await app.DisposeAsync();
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        _folder.Dispose();
        _narrowFolder.Dispose();
    }

    /// <summary>Forgets what earlier tests did to the targets.</summary>
    internal void Enable()
    {
        foreach (var app in new[] { _gateway!, _narrow! })
        {
            var registry = app.Services.GetRequiredService<TargetRegistry>();
            foreach (var target in app.Services.GetRequiredService<RoutingTable>().Targets)
                registry.Of(target).Enable();
        }
    }

    /// <summary>A gateway with this configuration, on a free port; its clock is the system's unless one is given.</summary>
    internal static async Task<WebApplication> StartAsync(string file, TimeProvider? time = null, params string[] switches)
    {
        var app = await Program.BuildAsync(["--config", file, "--urls", "http://127.0.0.1:0", "--Serilog:MinimumLevel", "Verbose", "--Serilog:Format", "json", .. switches], time);
        await app.StartAsync();
        return app;
    }
}

/// <summary>The tests that share the gateway.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class GatewayCollection : ICollectionFixture<GatewayFixture>
{
    public const string Name = "gateway";
}
