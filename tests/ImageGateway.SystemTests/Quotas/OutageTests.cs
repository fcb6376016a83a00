using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Simulator;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;
using Microsoft.AspNetCore.Builder;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>Redis goes and comes back under a running gateway.</summary>
public sealed class OutageTests : IAsyncLifetime, IDisposable
{
    private readonly RedisServer _redis = new();
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private readonly HttpClient _http = new();
    private WebApplication? _gateway;

    public async Task InitializeAsync()
    {
        await _simulator.StartAsync();
        foreach (var (name, secret) in Keys.Files)
            _folder.Write(name, secret);
        _gateway = await GatewayFixture.StartAsync(_folder.Write("gateway.json", $$"""
            {
              "ConnectionStrings": { "Redis": "{{_redis.ConnectionString}}" },
              "Gateway": {
                "Providers": { "openai": { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "{{_simulator.Urls.Single()}}/accounts/openai/v1", "Models": [ "gpt-image-1" ] } },
                "Routes": [ { "Name": "all" } ],
                "Tenants": {
                  "acme": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme" } ], "Limits": { "UsdTotal": 10 } },
                  "limited": { "Keys": [ { "Name": "web", "Secret": "file:secrets/limited" } ], "Limits": { "UsdTotal": 10 }, "OnStoreFailure": "allow", "EmergencyUsd": 0.02 }
                }
              }
            }
            """));
        _http.BaseAddress = new Uri(_gateway.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _redis.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Jobs_are_refused_or_run_on_the_emergency_allowance_until_redis_is_back()
    {
        await Until.TrueAsync(async () => await StatusAsync(Keys.Acme) == HttpStatusCode.OK, "jobs run");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Keys.Limited));
        var before = await UsedAsync(Keys.Limited);
        _redis.Kill();

        var clock = Stopwatch.StartNew();
        using (var refused = await AskAsync(Keys.Acme))
        {
            await refused.ErrorAsync(503, "store_unavailable", null);
            Assert.NotNull(refused.Headers.RetryAfter);
        }
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
        // A low picture costs about 0.011 USD: one fits.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Keys.Limited));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(Keys.Limited));

        _redis.Start();
        await Until.TrueAsync(async () => await StatusAsync(Keys.Acme) == HttpStatusCode.OK, "jobs run again");
        // What ran without Redis is in the budget, to the nano-USD: both jobs had the same prompt.
        await Until.TrueAsync(async () => await UsedAsync(Keys.Limited) == 2 * before, "the emergency is accounted for");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Keys.Limited));
    }

    // One script to reserve and one to settle, or less where settlements go together. The keeper's audit asks once in two
    // seconds for each of two tenants.
    [Fact]
    public async Task Job_asks_redis_twice_at_most()
    {
        const int Jobs = 40;
        // The first one loads the scripts and compiles, which a busy machine may not do in 250 ms.
        await Until.TrueAsync(async () => await StatusAsync(Keys.Acme) == HttpStatusCode.OK, "jobs run");
        var (before, clock) = (Scripts(), Stopwatch.StartNew());
        for (var i = 0; i < Jobs; i++)
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(Keys.Acme));
        // It has what is not settled yet settled first; that of the job before the first may be among them.
        Assert.NotNull(await UsedAsync(Keys.Acme));
        Assert.InRange(Scripts() - before, Jobs, (2 * Jobs) + 4 + clock.Elapsed.Seconds);
    }

    // cmdstat_evalsha:calls=82,usec=…
    private int Scripts() => int.Parse(_redis.Command("INFO commandstats").Split('\n').Single(line => line.StartsWith("cmdstat_evalsha:", StringComparison.Ordinal)).Split('=', ',')[1], CultureInfo.InvariantCulture);

    private async Task<HttpStatusCode> StatusAsync(string key)
    {
        using var answer = await AskAsync(key);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> AskAsync(string key)
    {
        using var request = Request(HttpMethod.Post, "/v1/images/generations", key);
        request.Content = new StringContent("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","size":"1024x1024"}""", Encoding.UTF8, "application/json");
        return await _http.SendAsync(request);
    }

    private async Task<decimal?> UsedAsync(string key)
    {
        using var request = Request(HttpMethod.Get, "/v1/quota", key);
        using var answer = await _http.SendAsync(request);
        return answer.IsSuccessStatusCode && (await answer.JsonAsync())["limits"] is JsonArray { Count: 1 } limits ? (decimal)limits[0]!["used"]! : null;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string key) => new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
}
