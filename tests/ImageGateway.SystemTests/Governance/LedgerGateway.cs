using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageGateway.Database;
using ImageGateway.Ledger;
using ImageGateway.Simulator;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Governance;

/// <summary>A gateway with a database of its own, whose ledger a class of tests fills and asks.</summary>
public abstract class LedgerGateway(TestDatabases databases) : IAsyncLifetime
{
    private static readonly string[] Models = ["gpt-image-1", "gpt-image-1-mini", "dall-e-3"];

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private WebApplication? _gateway;

    public HttpClient Http { get; } = new();

    internal SqlDatabase Database => _gateway!.Services.GetRequiredService<SqlDatabase>();

    public async Task InitializeAsync()
    {
        await databases.InitializeAsync();
        await _simulator.StartAsync();
        foreach (var (name, secret) in Keys.Files)
            _folder.Write(name, secret);
        _gateway = await GatewayFixture.StartAsync(Write(await databases.NewAsync()));
        Http.BaseAddress = new Uri(_gateway.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _simulator.DisposeAsync();
        await databases.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Puts entries into the ledger, as the gateway's writer does.</summary>
    internal async Task WriteAsync(params IEnumerable<LedgerEntry> entries)
    {
        await using var connection = await Database.OpenAsync(CancellationToken.None);
        using var store = new LedgerStore(connection);
        foreach (var some in entries.Chunk(500))
            store.Commit([.. some.Select(entry => new LedgerWork(entry, null, "test"))]);
    }

    /// <summary>Has a picture drawn, and gives the request's id.</summary>
    public async Task<string> DrawAsync(string model = "gpt-image-1", string more = "", string? tags = null, string key = Keys.Acme)
    {
        using var request = Request(HttpMethod.Post, "/v1/images/generations", key);
        request.Content = new StringContent($$"""{"model":"{{model}}","prompt":"a fox"{{more}}}""", Encoding.UTF8, "application/json");
        if (tags is not null)
            request.Headers.Add("X-Gateway-Tags", tags);
        using var response = await Http.SendAsync(request);
        return response.Headers.GetValues("x-request-id").Single();
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string key = Keys.Admin) => await Http.SendAsync(Request(HttpMethod.Get, path, key));

    /// <summary>An answer that must be a success.</summary>
    public async Task<JsonObject> ReadAsync(string path, string key = Keys.Admin)
    {
        using var response = await GetAsync(path, key);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text[..Math.Min(text.Length, 2000)]}");
        return JsonNode.Parse(text)!.AsObject();
    }

    public static HttpRequestMessage Request(HttpMethod method, string path, string key) =>
        new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };

    private string Write(string database) => _folder.Write("gateway.json", JsonSerializer.Serialize(new
    {
        ConnectionStrings = new { Database = database },
        Gateway = new
        {
            AdminKeys = new[] { new { Secret = "file:secrets/admin", Scope = "admin" }, new { Secret = "file:secrets/reader", Scope = "read" } },
            Providers = new
            {
                openai = new { Kind = "OpenAI", Simulated = true, BaseUrl = $"{_simulator.Urls.Single()}/accounts/openai/v1", Models },
            },
            Tenants = new
            {
                acme = new { Keys = Key("acme"), Markup = 1.2, HideTarget = false },
                limited = new { Keys = Key("limited"), Markup = 1.0, HideTarget = true },
            },
        },
    }));

    private static object[] Key(string tenant) => [new { Name = "web", Secret = $"file:secrets/{tenant}", Project = "web" }];
}

/// <summary>A gateway with a database of this kind.</summary>
public sealed class LedgerGateway<TDatabases>() : LedgerGateway(new TDatabases())
    where TDatabases : TestDatabases, new();
