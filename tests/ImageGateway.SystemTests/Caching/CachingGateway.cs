using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Caching;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Ledger;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Caching;

/// <summary>
/// A gateway whose tenants cache: acme; hasty, whose jobs end with their clients; shy and shyer, who share; and plain, who does not.
/// Its answers are in memory, or in a Redis of its own.
/// </summary>
public abstract class CachingGateway : IAsyncLifetime, IDisposable
{
    public const string Acme = "igw_acme_0123456789";
    public const string Hasty = "igw_hasty_0123456789";
    public const string Shy = "igw_shy_0123456789";
    public const string Shyer = "igw_shyer_0123456789";
    public const string Plain = "igw_plain_0123456789";
    public const string Poor = "igw_poor_0123456789";
    public const string Counted = "igw_counted_0123456789";

    private static readonly string[] Tenants = ["acme", "hasty", "shy", "shyer", "plain", "poor", "counted"];

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private HttpClient? _http;
    private WebApplication? _gateway;

    private protected abstract string Redis { get; }

    /// <summary>More members of the section <c>Gateway</c>, each followed by a comma.</summary>
    private protected virtual string More => "";

    /// <summary>The address of the providers.</summary>
    private protected virtual string Upstream => _simulator.Urls.Single();

    /// <summary>The connections of its clients.</summary>
    private protected virtual SocketsHttpHandler Connections => new() { ResponseDrainTimeout = TimeSpan.Zero, MaxConnectionsPerServer = 100 };

    internal CallLog Log => _simulator.Services.GetRequiredService<CallLog>();

    internal LedgerReader Ledger { get; private set; } = null!;

    internal RunningJobs RunningJobs => Service<RunningJobs>();

    internal Flights Flights => Service<Flights>();

    internal IAnswerStore Answers => Service<IAnswerStore>();

    /// <summary>What recordings take now.</summary>
    internal long Recorded => Service<RecordingBudget>().Bytes.Held;

    internal Uri Url => new(_gateway!.Urls.Single());

    public async Task InitializeAsync()
    {
        await _simulator.StartAsync();
        _http = new HttpClient(Connections);
        Ledger = new LedgerReader($"Data Source={Path.Combine(_folder.Path, "ledger.db")}");
        var file = Write(_folder, Upstream, Redis, Ledger.ConnectionString, More);
        _gateway = await GatewayFixture.StartAsync(file);
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    public virtual void Dispose()
    {
        _http?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes the configuration, for a gateway in this process or another; the file.</summary>
    internal static string Write(TemporaryFolder folder, string simulator, string redis, string database, string more = "", string drain = "00:00:10")
    {
        foreach (var tenant in Tenants)
            folder.Write($"secrets/{tenant}", $"igw_{tenant}_0123456789");
        return folder.Write("gateway.json", $$"""
            { "ConnectionStrings": { "Redis": "{{redis}}", "Database": {{JsonValue.Create(database).ToJsonString()}} },
              "Gateway": { {{more}}
                "DrainTimeout": "{{drain}}",
                "ReservationLease": "00:00:03",
                "Providers": {
                  "west": {{Provider(simulator, "west", "\"gpt-image-1\", \"gpt-image-1-mini\", \"dall-e-2\", \"dall-e-3\"")}},
                  "east": {{Provider(simulator, "east", "\"gpt-image-1\", \"gpt-image-1-mini\"")}} },
                "Routes": [
                  { "Name": "two models", "When": { "Tags": { "route": "two" } }, "Targets": [ "west/gpt-image-1", "east/gpt-image-1-mini" ] },
                  { "Name": "addresses at last", "When": { "Tags": { "route": "addresses" } }, "Targets": [ "west/gpt-image-1", "west/dall-e-3" ] },
                  { "Name": "not cached", "When": { "Tags": { "route": "none" } }, "Cache": { "Ttl": "00:00:00" } },
                  { "Name": "cached", "When": { "Tags": { "route": "cached" } }, "Cache": { "Ttl": "00:10:00", "Scope": "shared" } },
                  { "Name": "by-model" } ],
                "Tenants": {
                  "acme": { {{Key("acme")}}, "Cache": { "Ttl": "01:00:00" } },
                  "hasty": { {{Key("hasty")}}, "Cache": { "Ttl": "01:00:00" }, "OnDisconnect": "cancel" },
                  "shy": { {{Key("shy")}}, "Cache": { "Ttl": "01:00:00", "Scope": "shared" } },
                  "shyer": { {{Key("shyer")}}, "Cache": { "Ttl": "01:00:00", "Scope": "shared", "MaxBytes": 200000000 } },
                  "poor": { {{Key("poor")}}, "Cache": { "Ttl": "01:00:00" }, "Limits": { "UsdTotal": 0.0112 } },
                  "counted": { {{Key("counted")}}, "Cache": { "Ttl": "01:00:00" }, "Limits": { "RequestsPerMinute": 3, "ImagesPerMinute": 100 } },
                  "plain": { {{Key("plain")}} } } } }
            """);
    }

    internal void Break(Fault fault, string? account = null, int? times = null) => Service<FaultRules>(_simulator).Add(new FaultRule { Account = account, Fault = fault, Times = times });

    internal void Mend() => Service<FaultRules>(_simulator).Clear();

    /// <summary>The calls that hang by the oldest fault are answered now.</summary>
    internal void Release() => Service<FaultRules>(_simulator).Release();

    /// <summary>Asks as a follower of the job that hangs, which is answered then.</summary>
    internal async Task<Reply> FollowAsync(string prompt, Action<JsonObject>? change = null, string key = Acme)
    {
        var asking = AskAsync(prompt, change, key);
        await FollowersAsync(1);
        Release();
        return await asking;
    }

    internal Task FollowersAsync(int count) => Until.TrueAsync(() => Flights.Followers == count, $"{count} follow");

    /// <summary>Asks for a low picture of a prompt and reads the whole answer.</summary>
    internal async Task<Reply> AskAsync(string prompt, Action<JsonObject>? change = null, string key = Acme, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(prompt, change, key, headers);
        return await Reply.ReadAsync(response);
    }

    /// <summary>Asks; the answer's body is not awaited.</summary>
    internal Task<HttpResponseMessage> SendAsync(string prompt, Action<JsonObject>? change = null, string key = Acme, (string Name, string Value)[]? headers = null, CancellationToken cancellationToken = default) =>
        SendAsync(Url, prompt, change, key, headers, cancellationToken);

    /// <summary>Asks a gateway elsewhere.</summary>
    internal Task<HttpResponseMessage> SendAsync(Uri url, string prompt, Action<JsonObject>? change = null, string key = Acme, (string Name, string Value)[]? headers = null, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["model"] = "gpt-image-1", ["prompt"] = prompt, ["quality"] = "low", ["size"] = "1024x1024" };
        change?.Invoke(body);
        return PostAsync(new Uri(url, "/v1/images/generations"), new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), key, headers ?? [], cancellationToken);
    }

    internal Task<HttpResponseMessage> PostAsync(Uri url, HttpContent content, string key, (string Name, string Value)[] headers, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return _http!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Calls for a prompt that reached a provider.</summary>
    internal int Calls(string prompt) => Log.Calls.Count(call => call.Fields.GetValueOrDefault("prompt") == prompt);

    private T Service<T>() where T : notnull => Service<T>(_gateway!);

    private static T Service<T>(WebApplication app) where T : notnull => app.Services.GetRequiredService<T>();

    private static string Key(string tenant) => $$"""  "Keys": [ { "Name": "web", "Secret": "file:secrets/{{tenant}}" } ]  """;

    // These tests break more calls in a row than a circuit stands.
    private static string Provider(string simulator, string account, string models) => $$"""
        { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "{{simulator}}/accounts/{{account}}/v1", "Circuit": { "MinimumThroughput": 10000 }, "Models": [ {{models}} ] }
        """;
}

/// <summary>With its answers in memory.</summary>
public sealed class MemoryCachingGateway : CachingGateway
{
    private protected override string Redis => "";
}

/// <summary>Without memory for recordings.</summary>
public sealed class ForgetfulCachingGateway : CachingGateway
{
    private protected override string Redis => "";

    private protected override string More => "\"Replay\": { \"RecordingBytes\": 0 },";
}

/// <summary>With its answers in Redis.</summary>
public sealed class RedisCachingGateway : CachingGateway
{
    public RedisServer Server { get; } = new();

    private protected override string Redis => Server.ConnectionString;

    public override void Dispose()
    {
        base.Dispose();
        Server.Dispose();
    }
}
