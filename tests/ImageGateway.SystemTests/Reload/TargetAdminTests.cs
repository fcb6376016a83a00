using System.Net;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Reload.OwnGateway;

namespace ImageGateway.SystemTests.Reload;

/// <summary>Targets as the control plane shows and switches them, and the estimate that shows where a job would go.</summary>
public sealed class TargetAdminTests
{
    private static readonly string Two = $$"""
        "Providers": { {{Account("west")}}, {{Account("east", "{ \"Model\": \"gpt-image-1\", \"RequestsPerMinute\": 5, \"ImagesPerMinute\": 20, \"Concurrent\": 3, \"Region\": \"eu\" }")}}, {{Account("mini", "\"gpt-image-1-mini\"")}} }
        """;

    [Theory]
    [InlineData("west/gpt-image-1")]
    [InlineData("west%2Fgpt-image-1")]
    public async Task Drained_target_gets_no_call_until_it_is_enabled(string name)
    {
        await using var gateway = await OwnGateway.StartAsync(Two);

        var drained = await gateway.AdminAsync(HttpMethod.Post, $"/admin/v1/targets/{name}/drain");
        using var elsewhere = await gateway.GenerateAsync();
        using var nowhere = await gateway.GenerateAsync("""{"model":"west/gpt-image-1","prompt":"a fox"}""");
        var enabled = await gateway.AdminAsync(HttpMethod.Post, $"/admin/v1/targets/{name}/enable");
        using var again = await gateway.GenerateAsync();

        Assert.Equal(("drained", "healthy"), ((string?)drained["state"], (string?)enabled["state"]));
        Assert.Equal("east/gpt-image-1", elsewhere.Headers.GetValues("x-gateway-target").Single());
        Assert.Equal("west/gpt-image-1", again.Headers.GetValues("x-gateway-target").Single());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, nowhere.StatusCode);
        Assert.NotNull(nowhere.Headers.RetryAfter);
        Assert.Contains("no_target_available", await nowhere.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stored_response_is_replayed_while_all_targets_are_drained()
    {
        await using var gateway = await OwnGateway.StartAsync($$"""
            "Providers": { {{Account("west")}} }
            """);
        gateway.Http.DefaultRequestHeaders.Add("Idempotency-Key", "paid-for");
        using var first = await gateway.GenerateAsync();
        var image = (await first.ImagesAsync()).Picture();
        await gateway.AdminAsync(HttpMethod.Post, "/admin/v1/targets/west/gpt-image-1/drain");

        using var again = await gateway.GenerateAsync();
        gateway.Http.DefaultRequestHeaders.Remove("Idempotency-Key");
        using var unpaid = await gateway.GenerateAsync();
        using var estimate = await gateway.GenerateAsync(path: "/v1/images/estimate");

        Assert.Equal("true", again.Header("idempotent-replayed"));
        Assert.Equal(image, (await again.ImagesAsync()).Picture());
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (unpaid.StatusCode, estimate.StatusCode));
        Assert.Contains("\"drained\"", await estimate.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(gateway.Log.Calls);
    }

    [Fact]
    public async Task Targets_show_state_capacity_and_median()
    {
        await using var gateway = await OwnGateway.StartAsync(Two);
        using var called = await gateway.GenerateAsync("""{"model":"east/gpt-image-1","prompt":"a fox","quality":"low"}""");
        await called.Content.ReadAsByteArrayAsync();

        await Until.TrueAsync(async () => await EastAsync(gateway) is var now && (double)now["median_ms"]! > 0 && (int)now["concurrent_left"]! == 3, "the call is recorded, and over");
        var east = await EastAsync(gateway);

        Assert.Equal(("healthy", 4, "eu"), ((string?)east["state"], (int)east["requests_left"]!, (string?)east["region"]));
        Assert.Equal(19, (int)east["images_left"]!);
        Assert.Equal(0, (double)east["error_share"]!);
        var west = (await gateway.AdminAsync(HttpMethod.Get, "/admin/v1/targets"))["data"]![0]!;
        Assert.All((string[])["requests_left", "images_left", "concurrent_left"], left => Assert.Null(west[left]));
    }

    [Fact]
    public async Task Unknown_target_is_a_problem()
    {
        await using var gateway = await OwnGateway.StartAsync(Two);
        var problem = await gateway.AdminAsync(HttpMethod.Post, "/admin/v1/targets/west/nothing/drain");
        Assert.Equal((404, "not_found"), ((int)problem["status"]!, (string?)problem["title"]));
    }

    [Fact]
    public async Task Provider_that_does_not_answer_its_probe_rests()
    {
        await using var gateway = await OwnGateway.StartAsync("""
            "Providers": { "gone": { "Kind": "OpenAI", "Simulated": true, "BaseUrl": "http://127.0.0.1:1/v1", "Probe": "00:00:01", "Models": [ "gpt-image-1" ] } }
            """);

        await Until.TrueAsync(
            async () => (string?)(await gateway.AdminAsync(HttpMethod.Get, "/admin/v1/targets"))["data"]![0]!["state"] == "resting", "the target rests");
    }

    [Theory]
    [InlineData("gpt-image-1", "high", "west/gpt-image-1", "0.16665", "0.166465")]
    [InlineData("gpt-image-1-mini", "medium", "mini/gpt-image-1-mini", "0.008548", "0.008474")]
    public async Task Estimate_shows_targets_and_the_arithmetic_and_spends_nothing(string model, string quality, string target, string worst, string expected)
    {
        await using var gateway = await OwnGateway.StartAsync(Two);
        var body = new JsonObject { ["model"] = model, ["prompt"] = new string('x', 50), ["quality"] = quality, ["size"] = "1024x1024" };
        using var response = await gateway.GenerateAsync(body.ToJsonString(), "/v1/images/estimate");
        var estimate = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(("image.estimate", "usd", "2026-11-01"), ((string?)estimate["object"], (string?)estimate["currency"], (string?)estimate["price_book"]));
        Assert.Equal((worst, expected), (estimate["worst_case_usd"]!.ToJsonString(), estimate["expected_usd"]!.ToJsonString()));
        var first = estimate["targets"]![0]!;
        Assert.Equal((target, worst), ((string?)first["target"], first["worst_case_usd"]!.ToJsonString()));
        Assert.Equal((decimal)first["worst_case_usd"]!, first["lines"]!.AsArray().Sum(line => (decimal)line!["usd"]!));
        Assert.All(first["lines"]!.AsArray(), line => Assert.Equal((decimal)line!["usd"]!, (long)line["tokens"]! * (decimal)line["usd_per_million"]! / 1_000_000));
        Assert.Empty(gateway.Log.Calls);
    }

    private static async Task<JsonNode> EastAsync(OwnGateway gateway) => (await gateway.AdminAsync(HttpMethod.Get, "/admin/v1/targets"))["data"]![1]!;
}
