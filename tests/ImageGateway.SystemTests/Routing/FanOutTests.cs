using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Routing;

/// <summary>More pictures than a call gives.</summary>
public sealed class FanOutTests
{
    [Fact]
    public async Task Three_pictures_are_three_calls()
    {
        await using var gateway = await RoutedGateway.StartAsync(Route("fail"));
        using var response = await GenerateAsync(gateway, 3);
        var body = await response.ImagesAsync();
        Assert.Equal(3, body["data"]!.AsArray().Count);
        Assert.All(Enumerable.Range(0, 3), i => Assert.NotEmpty(body.Picture(i)));
        Assert.Equal((3, 0), (gateway.Calls("west"), gateway.Calls("east")));
        Assert.All(gateway.Log.Calls, call => Assert.Equal("1", call.Fields["n"]));
        Assert.Equal(("3", "west/dall-e-3"), (response.Header("x-gateway-attempts"), response.Header("x-gateway-target")));
    }

    [Theory]
    [InlineData("fail", 0)]
    [InlineData("allow", 2)]
    public async Task Call_that_fails_costs_all_or_one(string partial, int pictures)
    {
        await using var gateway = await RoutedGateway.StartAsync(Route(partial));
        using var response = await FailLastAsync(gateway, 500);
        if (pictures == 0)
            await response.ErrorAsync(502, "upstream_error", null);
        else
            Assert.Equal(pictures, (await response.ImagesAsync())["data"]!.AsArray().Count);
        Assert.Equal((3, 0), (gateway.Calls("west"), gateway.Calls("east")));
    }

    // Two pictures were paid for: another target would draw them again.
    [Fact]
    public async Task Account_that_runs_dry_in_the_middle_is_not_repeated_elsewhere()
    {
        await using var gateway = await RoutedGateway.StartAsync(Route("fail"));
        using var response = await FailLastAsync(gateway, 401);
        await response.ErrorAsync(503, "no_target_available", null);
        Assert.Equal("false", response.Header("x-should-retry"));
        Assert.Equal((3, 0), (gateway.Calls("west"), gateway.Calls("east")));
    }

    // Not even when another call failed first, in a way that another target could mend.
    [Theory]
    [InlineData(400, "content_policy_violation", 400)]
    [InlineData(504, "timeout", 502)]
    public async Task Gravest_failure_decides(int status, string code, int told)
    {
        await using var gateway = await RoutedGateway.StartAsync(Route("fail"));
        gateway.Break("west", new Fault { Status = 503, Hang = true }, times: 1);
        gateway.Break("west", new Fault { Status = status, Hang = true, Body = new JsonObject { ["error"] = new JsonObject { ["message"] = "No.", ["code"] = code } } }, times: 1);
        var asking = GenerateAsync(gateway, 2);
        await Until.TrueAsync(() => gateway.Calls("west") == 2, "both calls are made");
        gateway.Release();
        await Until.TrueAsync(() => gateway.Log.Calls.Any(call => call.Completed), "the first has failed");
        gateway.Release();
        using var response = await asking;
        await response.ErrorAsync(told, told == 400 ? code : "upstream_error", null);
        Assert.Equal((2, 0), (gateway.Calls("west"), gateway.Calls("east")));
    }

    [Fact]
    public async Task Rate_limit_in_the_middle_rests_the_target_even_where_the_rest_is_given()
    {
        await using var gateway = await RoutedGateway.StartAsync(Route("allow"));
        using var first = await FailLastAsync(gateway, 429);
        await first.ImagesAsync();
        using var second = await GenerateAsync(gateway, 1);
        await second.ImagesAsync();
        Assert.Equal(("east/dall-e-3", 1), (second.Header("x-gateway-target"), gateway.Calls("east")));
    }

    [Fact]
    public async Task Target_that_fails_all_calls_is_passed_over()
    {
        await using var gateway = await RoutedGateway.StartAsync(Route("fail"));
        gateway.Break("west", new Fault { Status = 500 });
        using var response = await GenerateAsync(gateway, 2);
        Assert.Equal(2, (await response.ImagesAsync())["data"]!.AsArray().Count);
        Assert.Equal(("4", 2), (response.Header("x-gateway-attempts"), gateway.Calls("east")));
    }

    [Fact]
    public async Task Stream_is_not_fanned_out()
    {
        await using var gateway = await RoutedGateway.StartAsync(Route("fail"));
        using var response = await gateway.GenerateAsync(job =>
        {
            job["model"] = "dall-e-3";
            job["n"] = 2;
            job["stream"] = true;
        });
        await response.ErrorAsync(400, "invalid_value", "n");
        Assert.Empty(gateway.Log.Calls);
    }

    // When the others have come: the first failure stops calls that are not begun.
    private static async Task<HttpResponseMessage> FailLastAsync(RoutedGateway gateway, int status)
    {
        gateway.Break("west", new Fault { Status = status, Hang = true }, times: 1);
        var asking = GenerateAsync(gateway, 3);
        await Until.TrueAsync(() => gateway.Log.Calls.Count(call => call.Completed) == 2, "the others are drawn");
        gateway.Release();
        return await asking;
    }

    private static JsonObject Route(string partial) => new() { ["Targets"] = new JsonArray("west/dall-e-3", "east/dall-e-3"), ["Partial"] = partial };

    private static Task<HttpResponseMessage> GenerateAsync(RoutedGateway gateway, int n) => gateway.GenerateAsync(job =>
    {
        job["model"] = "dall-e-3";
        job["quality"] = "standard";
        job["n"] = n;
        job["response_format"] = "b64_json";
    });
}
