using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Routing;

/// <summary>A gateway of a test's own with the accounts west and east of one simulator, and one route over them.</summary>
internal sealed class RoutedGateway : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private readonly HttpClient _http = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });
    private WebApplication? _gateway;

    private RoutedGateway() { }

    public CallLog Log => _simulator.Services.GetRequiredService<CallLog>();

    /// <summary>Calls that reached an account.</summary>
    public int Calls(string account) => Log.Calls.Count(call => call.Account == account);

    /// <summary>Waits until an account's target takes calls again.</summary>
    public Task RestedAsync(string account)
    {
        var services = _gateway!.Services;
        var target = services.GetRequiredService<RoutingTable>().Targets.First(target => target.Name.StartsWith(account + "/", StringComparison.Ordinal));
        return Until.TrueAsync(() => services.GetRequiredService<TargetRegistry>().Of(target).Load(target, 1, 1).IsReady, $"{account} is rested");
    }

    /// <summary>The calls that hang by the oldest fault are answered now.</summary>
    public void Release() => _simulator.Services.GetRequiredService<FaultRules>().Release();

    /// <summary>A gateway with one route over the providers west and east.</summary>
    /// <param name="route">Options of the route; its targets are west/gpt-image-1, then east/gpt-image-1, where it names none.</param>
    /// <param name="west">Options of the west target.</param>
    /// <param name="east">Options of the east target.</param>
    /// <param name="westUrl">Where west is; null: the simulator's account.</param>
    /// <param name="provider">Options of both providers.</param>
    public static async Task<RoutedGateway> StartAsync(JsonObject? route = null, JsonObject? west = null, JsonObject? east = null, string? westUrl = null, JsonObject? provider = null)
    {
        var made = new RoutedGateway();
        await made._simulator.StartAsync();
        foreach (var (name, secret) in Keys.Files)
            made._folder.Write(name, secret);
        route ??= [];
        route["Name"] = "all";
        route["Targets"] ??= new JsonArray("west/gpt-image-1", "east/gpt-image-1");
        var gateway = new JsonObject
        {
            ["Providers"] = new JsonObject
            {
                ["west"] = Provider(westUrl ?? made.Account("west"), west, provider),
                ["east"] = Provider(made.Account("east"), east, provider),
            },
            ["Routes"] = new JsonArray(route),
            ["Tenants"] = new JsonObject { ["acme"] = new JsonObject { ["Keys"] = new JsonArray(new JsonObject { ["Name"] = "web", ["Secret"] = "file:secrets/acme", ["Project"] = "web" }) } },
        };
        made._gateway = await GatewayFixture.StartAsync(made._folder.Write("gateway.json", new JsonObject { ["Gateway"] = gateway }.ToJsonString()));
        made._http.BaseAddress = new Uri(made._gateway.Urls.Single());
        return made;
    }

    public void Break(string account, Fault fault, int? times = null) =>
        _simulator.Services.GetRequiredService<FaultRules>().Add(new FaultRule { Account = account, Fault = fault, Times = times });

    public Task<HttpResponseMessage> GenerateAsync(Action<JsonObject>? change = null, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        var body = new JsonObject { ["model"] = "gpt-image-1", ["prompt"] = "a fox", ["quality"] = "low" };
        change?.Invoke(body);
        return PostAsync("/v1/images/generations", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), completion);
    }

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent content, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, completion);

    /// <summary>A job as its tenant sees it.</summary>
    public async Task<JsonObject> JobAsync(string id)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/v1/images/jobs/{id}"), HttpCompletionOption.ResponseContentRead);
        return await response.JsonAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion)
    {
        request.Headers.Authorization = new("Bearer", Keys.Acme);
        return _http.SendAsync(request, completion);
    }

    private string Account(string name) => $"{_simulator.Urls.Single()}/accounts/{name}/v1";

    private static JsonObject Provider(string url, JsonObject? target, JsonObject? options)
    {
        var gpt = (JsonObject?)target?.DeepClone() ?? [];
        gpt["Model"] = "gpt-image-1";
        var provider = new JsonObject { ["Kind"] = "OpenAI", ["Simulated"] = true, ["BaseUrl"] = url, ["ApiKey"] = "file:secrets/openai", ["Models"] = new JsonArray(gpt, "dall-e-3") };
        foreach (var (name, value) in options ?? [])
            provider[name] = value?.DeepClone();
        return provider;
    }
}
