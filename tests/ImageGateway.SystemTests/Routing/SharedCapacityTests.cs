using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Routing;

/// <summary>Two replicas in front of one deployment of 6 a minute.</summary>
public sealed class SharedCapacityTests
{
    private const int Limit = 6;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replicas_admit_what_the_deployment_takes_together_or_each_while_redis_is_gone(bool isThere)
    {
        using var redis = new RedisServer();
        using var folder = new TemporaryFolder();
        await using var simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
        await simulator.StartAsync();
        var file = Write(folder, simulator.Urls.Single(), redis.ConnectionString);
        await using var one = await GatewayFixture.StartAsync(file);
        await using var two = await GatewayFixture.StartAsync(file);
        if (!isThere)
            redis.Kill();

        using var http = new HttpClient();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4 * Limit).Select(i => AskAsync(http, i % 2 == 0 ? one : two)));

        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        Assert.Equal(isThere ? Limit : 2 * Limit, answers.Length - refused.Count);
        Assert.Equal(answers.Length - refused.Count, simulator.Services.GetRequiredService<CallLog>().Total);
        Assert.All(refused, answer => Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode));
        Assert.All(refused, answer => Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 40, 60));
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient http, WebApplication gateway)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{gateway.Urls.Single()}/v1/images/generations") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme) } };
        request.Content = new StringContent("""{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""", Encoding.UTF8, "application/json");
        return http.SendAsync(request);
    }

    private static string Write(TemporaryFolder folder, string simulator, string redis)
    {
        foreach (var (name, secret) in Keys.Files)
            folder.Write(name, secret);
        return folder.Write("gateway.json", $$"""
            {
              "ConnectionStrings": { "Redis": "{{redis}}" },
              "Gateway": {
                "Providers": { "openai": { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "{{simulator}}/accounts/openai/v1", "Models": [ { "Model": "gpt-image-1", "RequestsPerMinute": {{Limit}} } ] } },
                "Routes": [ { "Name": "all", "MaxWait": "00:00:00" } ],
                "Tenants": { "acme": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme" } ] } }
              }
            }
            """);
    }
}
