using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Routing;

/// <summary>Targets that are not free for a while: how long they are left alone, and who waits for them.</summary>
public sealed class RestTests
{
    [Theory]
    [InlineData(429, 60)]
    [InlineData(503, 20)]
    public async Task Target_rests_as_long_as_it_asked(int status, int seconds)
    {
        await using var gateway = await RoutedGateway.StartAsync();
        gateway.Break("west", new Fault { Status = status, Headers = new Dictionary<string, string> { ["retry-after"] = $"{seconds}" } }, times: 1);
        for (var i = 0; i < 3; i++)
        {
            using var response = await gateway.GenerateAsync();
            await response.ImagesAsync();
        }
        Assert.Equal((1, 3), (gateway.Calls("west"), gateway.Calls("east")));
    }

    [Theory]
    [InlineData(429, "insufficient_quota", 300)]
    [InlineData(401, "invalid_api_key", 60)]
    public async Task Account_that_is_not_served_is_left_alone_as_long_as_its_first_client_is_told(int status, string code, int seconds)
    {
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["Targets"] = new JsonArray("west/gpt-image-1"), ["MaxWait"] = "00:00:00" });
        gateway.Break("west", FailoverTests.Error(status, code, code), times: 1);
        using var first = await gateway.GenerateAsync();
        await first.ErrorAsync(503, "no_target_available", null);
        Assert.Equal($"{seconds}", first.Header("retry-after"));
        using var second = await gateway.GenerateAsync();
        Assert.False(second.IsSuccessStatusCode);
        Assert.InRange(int.Parse(second.Header("retry-after")!), seconds - 10, seconds);
        Assert.Equal(1, gateway.Calls("west"));
    }

    [Fact]
    public async Task Client_is_told_when_the_first_of_its_targets_is_back()
    {
        await using var gateway = await RoutedGateway.StartAsync();
        gateway.Break("west", new Fault { Status = 429, Headers = new Dictionary<string, string> { ["retry-after"] = "20" } }, times: 1);
        gateway.Break("east", FailoverTests.Error(401, "invalid_api_key", "invalid_api_key"), times: 1);
        using var response = await gateway.GenerateAsync();
        await response.ErrorAsync(503, "no_target_available", null);
        Assert.InRange(int.Parse(response.Header("retry-after")!), 10, 20);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Short_rest_of_the_only_target_is_waited_for(int status)
    {
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["Targets"] = new JsonArray("west/gpt-image-1") });
        gateway.Break("west", new Fault { Status = status, Headers = new Dictionary<string, string> { ["retry-after"] = "1" } }, times: 1);
        using var response = await gateway.GenerateAsync();
        await response.ImagesAsync();
        Assert.Equal(("2", 2), (response.Header("x-gateway-attempts"), gateway.Calls("west")));
    }

    [Fact]
    public async Task Short_rate_limit_is_waited_for_when_the_other_target_is_not_free()
    {
        await using var gateway = await RoutedGateway.StartAsync(east: new JsonObject { ["RequestsPerMinute"] = 1 });
        gateway.Break("west", new Fault { Status = 429, Headers = new Dictionary<string, string> { ["retry-after"] = "1" } }, times: 2);
        using var first = await gateway.GenerateAsync();
        Assert.Equal("east/gpt-image-1", first.Header("x-gateway-target"));
        await gateway.RestedAsync("west");
        using var second = await gateway.GenerateAsync();
        await second.ImagesAsync();
        Assert.Equal("west/gpt-image-1", second.Header("x-gateway-target"));
        Assert.Equal((3, 1), (gateway.Calls("west"), gateway.Calls("east")));
    }

    // A second is a guess of the gateway's: the target rests for it, and nobody asks again meanwhile.
    [Fact]
    public async Task Rate_limit_that_does_not_say_how_long_is_not_waited_for()
    {
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["Targets"] = new JsonArray("west/gpt-image-1") });
        gateway.Break("west", new Fault { Status = 429 }, times: 1);
        using var response = await gateway.GenerateAsync();
        await response.ErrorAsync(429, "rate_limit_exceeded", null);
        Assert.Equal(("1", 1), (response.Header("retry-after"), gateway.Calls("west")));
    }

    // Its circuit is open for longer than it asked for.
    [Fact]
    public async Task Short_rest_of_a_target_whose_circuit_opened_is_not_waited_for()
    {
        var provider = new JsonObject { ["Circuit"] = new JsonObject { ["MinimumThroughput"] = 2 } };
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["Targets"] = new JsonArray("west/gpt-image-1") }, provider: provider);
        gateway.Break("west", new Fault { Status = 503, Headers = new Dictionary<string, string> { ["retry-after"] = "1" } });
        using var response = await gateway.GenerateAsync();
        await response.ErrorAsync(502, "upstream_error", null);
        Assert.Equal(2, gateway.Calls("west"));
    }

    [Fact]
    public async Task Longer_rate_limit_of_the_only_target_is_told()
    {
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["Targets"] = new JsonArray("west/gpt-image-1") });
        gateway.Break("west", new Fault { Status = 429, Headers = new Dictionary<string, string> { ["retry-after"] = "7" } });
        using var response = await gateway.GenerateAsync();
        await response.ErrorAsync(429, "rate_limit_exceeded", null);
        Assert.Equal("7", response.Header("retry-after"));
        Assert.Equal(1, gateway.Calls("west"));
    }

    [Fact]
    public async Task Targets_without_capacity_are_a_429_that_says_when()
    {
        var one = new JsonObject { ["RequestsPerMinute"] = 1 };
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["MaxWait"] = "00:00:01" }, west: one, east: one);
        for (var i = 0; i < 2; i++)
        {
            using var served = await gateway.GenerateAsync();
            await served.ImagesAsync();
        }
        using var response = await gateway.GenerateAsync();
        await response.ErrorAsync(429, "rate_limit_exceeded", null);
        Assert.InRange(int.Parse(response.Header("retry-after")!), 50, 60);
        Assert.Equal((1, 1), (gateway.Calls("west"), gateway.Calls("east")));
    }
}
