using System.Text.Json.Nodes;
using ImageGateway.Api;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Health;

/// <summary>What readiness says, part by part.</summary>
public sealed class ReadinessTests
{
    private static readonly string Provider = $$"""  "Providers": { {{OwnGateway.Account("west")}} }  """;

    [Fact]
    public async Task Gateway_that_runs_says_how_each_part_is_and_names_nothing()
    {
        await using var gateway = await OwnGateway.StartAsync(Provider);

        var (status, answer) = await ReadyAsync(gateway);

        Assert.Equal((200, "healthy"), (status, (string?)answer["status"]));
        Assert.Equal(["configuration", "database", "draining", "models", "redis", "targets"], answer["checks"]!.AsObject().Select(check => check.Key).Order());
        Assert.Equal(("1 of 1 take calls", "not used"), (Detail(answer, "targets"), Detail(answer, "redis")));
        Assert.DoesNotContain("west", answer.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("{\"status\":\"healthy\",\"checks\":{}}", await gateway.Http.GetStringAsync("/healthz/live"));
    }

    [Fact]
    public async Task Gateway_without_a_target_that_takes_calls_is_not_ready()
    {
        await using var gateway = await OwnGateway.StartAsync(Provider);
        await gateway.AdminAsync(HttpMethod.Post, "/admin/v1/targets/west/gpt-image-1/drain");

        var (status, answer) = await ReadyAsync(gateway);
        await gateway.AdminAsync(HttpMethod.Post, "/admin/v1/targets/west/gpt-image-1/enable");

        Assert.Equal((503, "unhealthy", "0 of 1 take calls"), (status, (string?)answer["status"], Detail(answer, "targets")));
        Assert.Equal(200, (await ReadyAsync(gateway)).Status);
    }

    [Fact]
    public async Task File_with_mistakes_degrades_until_it_is_mended()
    {
        await using var gateway = await OwnGateway.StartAsync(Provider);

        gateway.Write($"{Provider}, \"Colour\": \"blue\"");
        await Until.TrueAsync(async () => Word((await ReadyAsync(gateway)).Answer, "configuration") == "degraded", "the mistake shows");
        Assert.Equal(200, (await ReadyAsync(gateway)).Status);

        gateway.Write(Provider + " ");
        await Until.TrueAsync(async () => Word((await ReadyAsync(gateway)).Answer, "configuration") == "healthy", "the file is mended");
    }

    [Theory]
    [InlineData("refuse", 503, "unhealthy")]
    [InlineData("spool", 200, "degraded")]
    public async Task Database_that_is_gone_counts_as_the_configuration_says(string policy, int status, string word)
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var gateway = await OwnGateway.StartAsync($"{Provider}, \"OnLedgerFailure\": \"{policy}\"", null, "", "--ConnectionStrings:Database", await postgres.NewDatabaseAsync());
        Assert.Equal((200, "healthy"), ((await ReadyAsync(gateway)).Status, Word((await ReadyAsync(gateway)).Answer, "database")));

        await postgres.StopAsync();
        await Until.TrueAsync(async () => Word((await ReadyAsync(gateway)).Answer, "database") == word, "the database is missed");
        Assert.Equal(status, (await ReadyAsync(gateway)).Status);
    }

    [Theory]
    [InlineData("", 503, "unhealthy")]
    [InlineData("""  , "OnStoreFailure": "allow", "EmergencyUsd": 1  """, 200, "degraded")]
    public async Task Redis_that_is_gone_counts_as_its_tenants_say(string tenant, int status, string word)
    {
        using var redis = new RedisServer();
        await using var gateway = await OwnGateway.StartAsync(Provider, null, """  , "Limits": { "UsdPerDay": 10 }  """ + tenant, "--ConnectionStrings:Redis", redis.ConnectionString);
        Assert.Equal("answers", Detail((await ReadyAsync(gateway)).Answer, "redis"));

        redis.Kill();
        await Until.TrueAsync(async () => Word((await ReadyAsync(gateway)).Answer, "redis") == word, "Redis is missed");
        Assert.Equal(status, (await ReadyAsync(gateway)).Status);
    }

    // Nobody has limits and nobody asks for a picture: nothing but readiness would ask Redis.
    [Fact]
    public async Task Redis_that_was_never_there_is_missed_before_the_first_job()
    {
        await using var gateway = await OwnGateway.StartAsync(Provider, null, "", "--ConnectionStrings:Redis", $"127.0.0.1:{RedisServer.FreePort()}");

        var (status, answer) = await ReadyAsync(gateway);

        Assert.Equal((503, "unhealthy", "does not answer"), (status, Word(answer, "redis"), Detail(answer, "redis")));
    }

    // An exception's message may name a server.
    [Fact]
    public async Task Check_that_throws_tells_nobody_why()
    {
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Services.AddHealthChecks().AddCheck("database", () => throw new InvalidOperationException("db.internal"));
        await using var app = builder.Build();
        app.MapHealth();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        var (status, answer) = await ReadyAsync(http);

        Assert.Equal((503, "unhealthy", "the check failed"), (status, Word(answer, "database"), Detail(answer, "database")));
    }

    private static Task<(int Status, JsonNode Answer)> ReadyAsync(OwnGateway gateway) => ReadyAsync(gateway.Http);

    private static async Task<(int Status, JsonNode Answer)> ReadyAsync(HttpClient http)
    {
        using var keyless = new HttpRequestMessage(HttpMethod.Get, "/healthz/ready");
        using var response = await http.SendAsync(keyless);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private static string? Word(JsonNode answer, string check) => (string?)answer["checks"]![check]!["status"];

    private static string? Detail(JsonNode answer, string check) => (string?)answer["checks"]![check]!["detail"];
}
