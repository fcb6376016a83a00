using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ImageGateway.Quotas.Redis;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Routing;

/// <summary>Two replicas in front of deployments of 6 a minute.</summary>
public sealed class SharedCapacityTests
{
    private const int Limit = 6;

    private static readonly string[] Limited = ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5"];

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
        using var http = new HttpClient();
        // The first job compiles, which a busy machine may not do in the time that Redis has.
        foreach (var replica in (WebApplication[])[one, two])
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, replica, "gpt-image-2")).StatusCode);
        var log = simulator.Services.GetRequiredService<CallLog>();
        if (!isThere)
            redis.Kill();

        RedisLink[] links = [one.Services.GetRequiredService<RedisLink>(), two.Services.GetRequiredService<RedisLink>()];
        foreach (var model in Limited)
        {
            if (isThere)
                await Until.TrueAsync(() => !links.Any(link => link.IsOpen), "Redis is used");
            var (before, failures) = (log.Total, links.Sum(link => link.Failures));
            var answers = await Task.WhenAll(Enumerable.Range(0, 4 * Limit).Select(i => AskAsync(http, i % 2 == 0 ? one : two, model)));
            // So busy a machine that a running Redis did not answer in time shows nothing: the next deployment is tried.
            if (isThere && (links.Sum(link => link.Failures) > failures || links.Any(link => link.IsOpen)) && model != Limited[^1])
                continue;

            var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
            Assert.Equal(isThere ? Limit : 2 * Limit, answers.Length - refused.Count);
            Assert.Equal(answers.Length - refused.Count, log.Total - before);
            Assert.All(refused, answer => Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode));
            Assert.All(refused, answer => Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 40, 60));
            return;
        }
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient http, WebApplication gateway, string model)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{gateway.Urls.Single()}/v1/images/generations") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme) } };
        request.Content = new StringContent($$"""{"model":"{{model}}","prompt":"a fox","quality":"low"}""", Encoding.UTF8, "application/json");
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
                "Providers": { "openai": { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "{{simulator}}/accounts/openai/v1", "Models": [ {{string.Join(", ", Limited.Select(model => $$"""{ "Model": "{{model}}", "RequestsPerMinute": {{Limit}} }"""))}}, { "Model": "gpt-image-2", "RequestsPerMinute": 100 } ] } },
                "Routes": [ { "Name": "all", "MaxWait": "00:00:00" } ],
                "Tenants": { "acme": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme" } ] } }
              }
            }
            """);
    }
}
