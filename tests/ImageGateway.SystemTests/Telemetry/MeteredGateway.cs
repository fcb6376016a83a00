using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Telemetry;

/// <summary>A gateway in a process of its own, since meters of one name are one within a process; the targets west and east are a simulator's accounts.</summary>
internal sealed class MeteredGateway : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private GatewayProcess? _process;

    private MeteredGateway() { }

    public HttpClient Http { get; } = new();

    public GatewayProcess Process => _process!;

    public FaultRules Faults => _simulator.Services.GetRequiredService<FaultRules>();

    public CallLog Log => _simulator.Services.GetRequiredService<CallLog>();

    /// <summary>Starts it; only east may know of traces.</summary>
    public static async Task<MeteredGateway> StartAsync(string more = "", string tenant = "", params (string, string)[] environment)
    {
        var made = new MeteredGateway();
        await made._simulator.StartAsync();
        made._folder.Write("gateway.json", $$"""
            { "Gateway": {
              "AdminKeys": [ { "Secret": "env:ADMIN_KEY" } ],
              "Providers": { {{made.Account("west")}}, {{made.Account("east", ", \"ForwardTrace\": true")}} },
              "Routes": [ { "Name": "both", "Targets": [ "west/gpt-image-1", "east/gpt-image-1" ] } ],
              "Tenants": { "acme": { "Keys": [ { "Name": "web", "Secret": "env:ACME_KEY" } ] {{tenant}} } } {{more}} } }
            """);
        made._process = GatewayProcess.Start(made._folder.Path, ["--config", "gateway.json", "--urls", "http://127.0.0.1:0"], [("ADMIN_KEY", Keys.Admin), ("ACME_KEY", Keys.Acme), .. environment]);
        made.Http.BaseAddress = new Uri((string)JsonNode.Parse(await made._process.LineAsync("Listening on"))!["Properties"]!["Urls"]![0]!);
        return made;
    }

    /// <summary>Draws a picture; the answer.</summary>
    public async Task<HttpResponseMessage> GenerateAsync(string prompt = "a fox", string key = Keys.Acme, Action<HttpRequestHeaders>? headers = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations");
        request.Content = new StringContent($$"""{"model":"gpt-image-1","prompt":"{{prompt}}","quality":"low"}""", Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        headers?.Invoke(request.Headers);
        return await Http.SendAsync(request);
    }

    /// <summary>What an admin asks for.</summary>
    public async Task AdminAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Admin) } };
        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process?.Dispose();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    private string Account(string name, string more = "") =>
        $$"""  "{{name}}": { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "{{_simulator.Urls.Single()}}/accounts/{{name}}/v1", "Models": [ "gpt-image-1" ] {{more}} }  """;
}
