using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Ledger;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>A gateway with a ledger in a database of its own, in this process or another, in front of a simulator's accounts west, east and hasty.</summary>
internal sealed class LedgerGateway : IAsyncDisposable
{
    /// <summary>The share of its list price that the target east/gpt-image-1 costs.</summary>
    public const decimal EastFactor = 0.8m;

    /// <summary>What the tenant <c>drafting</c> is billed, as a multiple; it requires the tag cost-center.</summary>
    public const decimal Markup = 1.25m;

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private readonly HttpClient _http = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });
    private WebApplication? _gateway;
    private string _url = "";

    private LedgerGateway(string database) => Ledger = new LedgerReader(database);

    public LedgerReader Ledger { get; }

    /// <summary>The folder of its configuration.</summary>
    public string Folder => _folder.Path;

    public CallLog Log => _simulator.Services.GetRequiredService<CallLog>();

    public LedgerWriter Writer => _gateway!.Services.GetRequiredService<LedgerWriter>();

    /// <summary>Starts it.</summary>
    /// <param name="database">The connection string.</param>
    /// <param name="more">More members of the section <c>Gateway</c>, as JSON, each followed by a comma.</param>
    public static async Task<LedgerGateway> StartAsync(string database, string more = "")
    {
        var made = await PrepareAsync(database, more);
        made._gateway = await GatewayFixture.StartAsync(Path.Combine(made.Folder, "gateway.json"));
        made._url = made._gateway.Urls.Single();
        return made;
    }

    /// <summary>All but the gateway.</summary>
    public static async Task<LedgerGateway> PrepareAsync(string database, string more = "")
    {
        var made = new LedgerGateway(database);
        await made._simulator.StartAsync();
        Configuration(made._folder, database, made._simulator.Urls.Single(), more);
        return made;
    }

    /// <summary>Starts the gateway as a process, which may be another's child; requests go to it from now on.</summary>
    public async Task<GatewayProcess> StartProcessAsync(params string[] under)
    {
        var process = GatewayProcess.Start(under, Folder, ["--config", Path.Combine(Folder, "gateway.json"), "--urls", "http://127.0.0.1:0"]);
        var line = await process.LineAsync("Listening on ");
        _url = (string)JsonNode.Parse(line)!["Properties"]!["Urls"]![0]!;
        return process;
    }

    /// <summary>Writes the configuration, for a gateway in this process or another; the file.</summary>
    public static string Configuration(TemporaryFolder folder, string database, string simulator, string more = "")
    {
        foreach (var (name, secret) in Keys.Files)
            folder.Write(name, secret);
        return folder.Write("gateway.json", $$"""
            { "ConnectionStrings": { "Database": {{JsonValue.Create(database).ToJsonString()}} },
              "Gateway": { {{more}}
                "AdminKeys": [ { "Secret": "file:secrets/admin" } ],
                "Providers": {
                  "west": {{Provider(simulator, "west", "\"gpt-image-1\", \"gpt-image-1-mini\", \"dall-e-3\"", "00:00:30")}},
                  "east": {{Provider(simulator, "east", $$"""{ "Model": "gpt-image-1", "PriceFactor": {{EastFactor}} }, "dall-e-3" """, "00:00:30")}},
                  "hasty": {{Provider(simulator, "hasty", "\"gpt-image-1\"", "00:00:01")}} },
                "Routes": [ { "Name": "pair", "When": { "Model": "gpt-image-1" }, "Targets": [ "west/gpt-image-1", "east/gpt-image-1" ] }, { "Name": "by-model" } ],
                "Tenants": {
                  "acme": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme", "Project": "web" } ] },
                  "limited": { "Keys": [ { "Name": "web", "Secret": "file:secrets/limited" } ], "Models": [ "gpt-image-1-mini" ] },
                  "drafting": { "Keys": [ { "Name": "web", "Secret": "file:secrets/drafting" } ], "Markup": {{Markup}}, "RequiredTags": [ "cost-center" ] } } } }
            """);
    }

    /// <summary>The calls that hang by the oldest fault are answered now.</summary>
    public void Release() => _simulator.Services.GetRequiredService<FaultRules>().Release();

    public void Break(Fault fault, string? account = null, int? times = null) =>
        _simulator.Services.GetRequiredService<FaultRules>().Add(new FaultRule { Account = account, Fault = fault, Times = times });

    /// <summary>A generation of one small picture at west, unless <paramref name="change"/> says otherwise; the answer's body is not awaited.</summary>
    public Task<HttpResponseMessage> GenerateAsync(Action<JsonObject>? change = null, string key = Keys.Acme, string? tags = null, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["model"] = "west/gpt-image-1", ["prompt"] = "a fox", ["quality"] = "low", ["size"] = "1024x1024" };
        change?.Invoke(body);
        return PostAsync("/v1/images/generations", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), key, tags, cancellationToken);
    }

    public Task<HttpResponseMessage> PostAsync(string path, HttpContent content, string key = Keys.Acme, string? tags = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _url + path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (tags is not null)
            request.Headers.Add("X-Gateway-Tags", tags);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Reads an answer to its end; its entry.</summary>
    public async Task<LedgerRow> EntryAsync(HttpResponseMessage response)
    {
        try
        {
            await response.Content.CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // It broke off.
        }
        return await Ledger.EntryAsync(response.Header("x-request-id")!);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    // These tests break more calls in a row than a circuit stands.
    private static string Provider(string simulator, string account, string models, string timeout) => $$"""
        { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "{{simulator}}/accounts/{{account}}/v1", "ApiKey": "file:secrets/openai", "Timeout": "{{timeout}}",
          "Circuit": { "MinimumThroughput": 10000 }, "Models": [ {{models}} ] }
        """;
}
