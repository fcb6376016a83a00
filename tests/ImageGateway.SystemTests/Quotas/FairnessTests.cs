using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.SystemTests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>A tenant floods the gateway, and another asks for one picture: only so many calls may come before its own.</summary>
public sealed class FairnessTests
{
    private const int Flood = 150;

    // Calls that are made while the other's request is on its way to the gateway, on a machine that is busy.
    private const int UnderWay = 20;

    /// <summary>At the edge, and at a target.</summary>
    /// <param name="overload">What may run in the process at once.</param>
    /// <param name="concurrent">What the target takes at once.</param>
    /// <param name="bound">The calls that may be made before the other's: at the edge those that run and wait before it, at a target those in flight and one turn.</param>
    [Theory]
    [InlineData("""{ "Requests": 2, "Queued": 6 }""", "null", 2 + 6)]
    [InlineData("""{ "Requests": 1000 }""", "2", 2 + 1)]
    public async Task Flood_of_a_tenant_delays_another_by_no_more_than_the_queue(string overload, string concurrent, int bound)
    {
        using var folder = new TemporaryFolder();
        await using var simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0", ResponseDelay = TimeSpan.FromMilliseconds(50) });
        await simulator.StartAsync();
        await using var gateway = await GatewayFixture.StartAsync(Write(folder, simulator.Urls.Single(), overload, concurrent));
        var log = simulator.Services.GetRequiredService<CallLog>();
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 2 * Flood }) { BaseAddress = new Uri(gateway.Urls.Single()) };

        var flood = Enumerable.Range(0, Flood).Select(_ => AskAsync(http, Keys.Acme, "flood")).ToList();
        await Until.TrueAsync(() => log.Total >= 4, "the flood is under way");
        var before = 0L;
        // Who is shed at the edge comes again; from then on the bound counts.
        await Until.TrueAsync(
            async () =>
            {
                before = log.Total;
                return await AskAsync(http, Keys.Limited, "other") == HttpStatusCode.OK;
            },
            "the other tenant is served");

        // Of the latest the fields are not read yet.
        var calls = log.Calls.Select(call => call.Fields.GetValueOrDefault("user")).ToList();
        Assert.InRange(calls.IndexOf("other") - before, 0, bound + UnderWay);
        await Task.WhenAll(flood);
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string key, string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        request.Content = new StringContent($$"""{"model":"gpt-image-1","prompt":"a fox","quality":"low","user":"{{user}}"}""", Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private static string Write(TemporaryFolder folder, string simulator, string overload, string concurrent)
    {
        foreach (var (name, secret) in Keys.Files)
            folder.Write(name, secret);
        return folder.Write("gateway.json", $$"""
            {
              "Gateway": {
                "Overload": {{overload}},
                "Providers": { "openai": { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "{{simulator}}/accounts/openai/v1", "Models": [ { "Model": "gpt-image-1", "Concurrent": {{concurrent}} } ] } },
                "Routes": [ { "Name": "all", "MaxWait": "00:05:00" } ],
                "Tenants": {
                  "acme": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme" } ] },
                  "limited": { "Keys": [ { "Name": "web", "Secret": "file:secrets/limited" } ] }
                }
              }
            }
            """);
    }
}
