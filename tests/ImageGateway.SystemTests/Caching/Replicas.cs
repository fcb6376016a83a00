using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Ledger;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Caching;

/// <summary>Gateway processes on one ledger, and on one Redis if there is any, in front of one simulator.</summary>
internal sealed class Replicas : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private readonly HttpClient _http = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly string _redis;
    private readonly string _drain;
    private readonly string _more;

    private Replicas(string redis, string drain, string more)
    {
        (_redis, _drain, _more) = (redis, drain, more);
        Ledger = new LedgerReader($"Data Source={Path.Combine(_folder.Path, "ledger.db")}");
    }

    public List<(GatewayProcess Process, Uri Url, Uri Control)> All { get; } = [];

    public LedgerReader Ledger { get; }

    public IReadOnlyList<Call> Calls => _simulator.Services.GetRequiredService<CallLog>().Calls;

    public static async Task<Replicas> StartAsync(string redis, int count, string drain = "00:00:10", string more = "")
    {
        var made = new Replicas(redis, drain, more);
        await made._simulator.StartAsync();
        for (var i = 0; i < count; i++)
            await made.AddAsync();
        return made;
    }

    /// <summary>Starts one more.</summary>
    public async Task AddAsync()
    {
        var file = CachingGateway.Write(_folder, _simulator.Urls.Single(), _redis, Ledger.ConnectionString, _more, _drain);
        var process = GatewayProcess.Start(_folder.Path, ["--config", file, "--urls", "http://127.0.0.1:0", "--Gateway:Admin:Urls", "http://127.0.0.1:0"]);
        var urls = JsonNode.Parse(await process.LineAsync("Listening on "))!["Properties"]!["Urls"]!;
        All.Add((process, new Uri((string)urls[0]!), new Uri((string)urls[1]!)));
    }

    public void Break(Fault fault, int? times = null) => _simulator.Services.GetRequiredService<FaultRules>().Add(new FaultRule { Fault = fault, Times = times });

    /// <summary>The calls that hang by the oldest fault are answered now.</summary>
    public void Release() => _simulator.Services.GetRequiredService<FaultRules>().Release();

    public async Task<HttpResponseMessage> SendAsync(int replica, string prompt, Action<JsonObject>? change = null, string key = CachingGateway.Acme, params (string Name, string Value)[] headers)
    {
        var body = new JsonObject { ["model"] = "west/gpt-image-1", ["prompt"] = prompt, ["quality"] = "low", ["size"] = "1024x1024" };
        change?.Invoke(body);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(All[replica].Url, "/v1/images/generations")) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The whole answer; null when the replica is gone.</summary>
    public async Task<Reply?> AskAsync(int replica, string prompt, Action<JsonObject>? change = null, string key = CachingGateway.Acme, params (string Name, string Value)[] headers)
    {
        try
        {
            using var response = await SendAsync(replica, prompt, change, key, headers);
            return await Reply.ReadAsync(response);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>True when the data plane takes no connection.</summary>
    public async Task<bool> IsShutAsync(int replica)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(All[replica].Url.Host, All[replica].Url.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>What the control plane answers.</summary>
    public async Task<(int Status, string Text)> ControlAsync(int replica, string path)
    {
        using var response = await _http.GetAsync(new Uri(All[replica].Control, path));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        All.ForEach(replica => replica.Process.Dispose());
        _http.Dispose();
        await _simulator.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
