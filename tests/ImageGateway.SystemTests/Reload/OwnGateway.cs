using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Caching;
using ImageGateway.Routing.Load;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Reload;

/// <summary>A gateway of a test's own, whose configuration the test writes, in front of a simulator.</summary>
internal sealed class OwnGateway : IAsyncDisposable
{
    /// <summary>In the file <c>secrets/signing</c>.</summary>
    public const string SigningKey = "signing-0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator;
    private WebApplication? _gateway;

    private OwnGateway(SimulatorOptions simulator)
    {
        simulator.Urls = "http://127.0.0.1:0";
        _simulator = SimulatorHost.Build(simulator);
    }

    public HttpClient Http { get; } = new();

    /// <summary>Where its control plane is, when a switch gave it an address of its own.</summary>
    public Uri AdminUrl => new(_gateway!.Urls.Last());

    public FaultRules Faults => _simulator.Services.GetRequiredService<FaultRules>();

    public CallLog Log => _simulator.Services.GetRequiredService<CallLog>();

    /// <summary>Bytes of request bodies that it holds in memory.</summary>
    public long Held => _gateway!.Services.GetRequiredService<ImageGateway.Images.BufferBudget>().Held;

    /// <summary>Bytes of answers that it is recording.</summary>
    public long Recorded => _gateway!.Services.GetRequiredService<RecordingBudget>().Bytes.Held;

    /// <summary>Jobs that wait for room at a target.</summary>
    public int Waiting => _gateway!.Services.GetRequiredService<WaitingRoom>().Waiting;

    /// <summary>Jobs in progress.</summary>
    public RunningJobs RunningJobs => _gateway!.Services.GetRequiredService<RunningJobs>();

    /// <summary>Starts it; <c>SIMULATOR</c> in the text is the simulator's address, <paramref name="tenant"/> more of the tenant's options. Both go by the simulator's clock.</summary>
    public static async Task<OwnGateway> StartAsync(string gateway, SimulatorOptions? simulator = null, string tenant = "", params string[] switches)
    {
        simulator ??= new SimulatorOptions();
        var own = new OwnGateway(simulator);
        await own._simulator.StartAsync();
        foreach (var (name, secret) in Keys.Files)
            own._folder.Write(name, secret);
        own._folder.Write("secrets/signing", SigningKey);
        own._gateway = await GatewayFixture.StartAsync(own.Write(gateway, tenant), simulator.TimeProvider, switches);
        own.Http.BaseAddress = new Uri(own._gateway.Urls.First());
        own.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme);
        return own;
    }

    /// <summary>Writes the configuration anew.</summary>
    public string Write(string gateway, string tenant = "") => _folder.Write("gateway.json", $$"""
        { "Gateway": {
          "AdminKeys": [ { "Secret": "file:secrets/admin" } ],
          "Tenants": { "acme": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme" } ] {{tenant}} } },
          {{gateway.Replace("SIMULATOR", _simulator.Urls.Single(), StringComparison.Ordinal)}}
        } }
        """);

    /// <summary>Forgets what happened at the targets.</summary>
    public void Enable()
    {
        var registry = _gateway!.Services.GetRequiredService<TargetRegistry>();
        foreach (var target in _gateway.Services.GetRequiredService<ImageGateway.Routing.RoutingTable>().Targets)
            registry.Of(target).Enable();
    }

    /// <summary>Writes a file that a secret is read from.</summary>
    public void WriteSecret(string name, string secret) => _folder.Write(name, secret);

    /// <summary>A provider that is an account of the simulator.</summary>
    public static string Account(string name, string models = "\"gpt-image-1\"", string more = "") =>
        $$"""  "{{name}}": { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "SIMULATOR/accounts/{{name}}/v1", "Models": [ {{models}} ] {{more}} }  """;

    public Task<HttpResponseMessage> GenerateAsync(string body = """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""", string path = "/v1/images/generations") =>
        Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    public async Task<JsonNode> AdminAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Admin) } };
        using var response = await Http.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }
}
