using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Routing;

/// <summary>Every row of the failover rules: what the client sees, and how often each account was called.</summary>
public sealed class FailoverTests
{
    public static TheoryData<string, Fault> Retryable => new()
    {
        { "408", new Fault { Status = 408 } },
        { "409", new Fault { Status = 409 } },
        { "425", new Fault { Status = 425 } },
        { "429", new Fault { Status = 429 } },
        { "429 with a wait", new Fault { Status = 429, Headers = new Dictionary<string, string> { ["retry-after"] = "60" } } },
        { "500", new Fault { Status = 500 } },
        { "502 of a proxy", new Fault { Html = true } },
        { "503", new Fault { Status = 503 } },
        { "401", new Fault { Status = 401 } },
        { "403", new Fault { Status = 403 } },
        { "billing", Error(429, "insufficient_quota", "insufficient_quota") },
        { "billing in a 400", Error(400, "invalid_request_error", "billing_hard_limit_reached") },
        { "rate limit in a 200", new Fault { ErrorIn200 = JsonValue.Create("rate_limit_exceeded") } },
        { "error in a 200", new Fault { ErrorIn200 = JsonValue.Create(true) } },
    };

    [Theory]
    [MemberData(nameof(Retryable))]
    public async Task Next_target_answers(string what, Fault fault)
    {
        foreach (var stream in (bool[])[false, true])
        {
            await using var gateway = await RoutedGateway.StartAsync();
            gateway.Break("west", fault);
            using var response = await gateway.GenerateAsync(job => job["stream"] = stream);
            Assert.True(response.StatusCode == HttpStatusCode.OK, what);
            Assert.Equal(("east/gpt-image-1", "2"), (response.Header("x-gateway-target"), response.Header("x-gateway-attempts")));
            Assert.Equal((1, 1), (gateway.Calls("west"), gateway.Calls("east")));
        }
    }

    public static TheoryData<string, Fault, int, string> Final => new()
    {
        { "400", new Fault { Status = 400 }, 400, "invalid_value" },
        { "405", Error(405, "invalid_request_error", "not_here"), 405, "not_here" },
        { "451", Error(451, "invalid_request_error", "not_there"), 451, "not_there" },
        { "refusal", Error(400, "image_generation_user_error", "moderation_blocked"), 400, "moderation_blocked" },
        { "old refusal", Error(400, "invalid_request_error", "content_policy_violation"), 400, "content_policy_violation" },
        { "refusal in a 200", new Fault { ErrorIn200 = JsonValue.Create("contentFilter") }, 400, "moderation_blocked" },
        { "reset after the request was sent", new Fault { Reset = true }, 502, "upstream_error" },
        { "504 of a proxy", new Fault { Html = true, Status = 504 }, 502, "upstream_error" },
        { "524 of a proxy", new Fault { Html = true, Status = 524 }, 502, "upstream_error" },
        { "200 without a picture", new Fault { Status = 200, Body = new JsonObject() }, 502, "upstream_error" },
    };

    [Theory]
    [MemberData(nameof(Final))]
    public async Task Next_target_is_not_asked(string what, Fault fault, int status, string code)
    {
        Assert.NotEmpty(what);
        await using var gateway = await RoutedGateway.StartAsync();
        gateway.Break("west", fault);
        using var response = await gateway.GenerateAsync();
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal(status, (int)response.StatusCode);
        if (status != 400 || code != "invalid_value")
            Assert.Equal(code, (string?)error["code"]);
        Assert.Equal((1, 0), (gateway.Calls("west"), gateway.Calls("east")));
    }

    [Fact]
    public async Task Refusal_goes_on_where_the_route_says_so()
    {
        foreach (var fault in (Fault[])[Error(400, "invalid_request_error", "moderation_blocked"), new Fault { ErrorIn200 = JsonValue.Create("contentFilter") }])
        {
            await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["OnRefusal"] = "next" });
            gateway.Break("west", fault);
            using var response = await gateway.GenerateAsync();
            await response.ImagesAsync();
            Assert.Equal((1, 1), (gateway.Calls("west"), gateway.Calls("east")));
        }
    }

    [Theory]
    [InlineData("stop", 504, 0)]
    [InlineData("next", 200, 1)]
    public async Task Time_out_goes_on_only_where_the_route_says_so(string onTimeout, int status, int east)
    {
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["OnTimeout"] = onTimeout }, provider: new JsonObject { ["Timeout"] = "00:00:01" });
        gateway.Break("west", new Fault { Hang = true });
        using var response = await gateway.GenerateAsync();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal((1, east), (gateway.Calls("west"), gateway.Calls("east")));
    }

    [Fact]
    public async Task Lost_connection_and_a_proxys_time_out_go_on_where_the_route_says_so()
    {
        foreach (var fault in (Fault[])[new Fault { Reset = true }, new Fault { Status = 504 }])
        {
            await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["OnTimeout"] = "next" });
            gateway.Break("west", fault);
            using var response = await gateway.GenerateAsync();
            await response.ImagesAsync();
            Assert.Equal((1, 1), (gateway.Calls("west"), gateway.Calls("east")));
        }
    }

    [Fact]
    public async Task Provider_that_is_not_there_is_passed_over()
    {
        await using var gateway = await RoutedGateway.StartAsync(westUrl: "http://127.0.0.1:1/v1");
        using var response = await gateway.GenerateAsync();
        await response.ImagesAsync();
        Assert.Equal(("2", 1), (response.Header("x-gateway-attempts"), gateway.Calls("east")));
    }

    // The kernel accepts, and nobody ever answers the client's hello.
    [Fact]
    public async Task Provider_whose_handshake_hangs_is_passed_over_and_then_left()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var provider = new JsonObject { ["ConnectTimeout"] = "00:00:01", ["Circuit"] = new JsonObject { ["MinimumThroughput"] = 2 } };
        await using var gateway = await RoutedGateway.StartAsync(westUrl: $"https://{listener.LocalEndpoint}/v1", provider: provider);
        foreach (var attempts in (string[])["2", "2", "1"])
        {
            using var response = await gateway.GenerateAsync();
            await response.ImagesAsync();
            Assert.Equal(attempts, response.Header("x-gateway-attempts"));
        }
    }

    [Fact]
    public async Task Provider_whose_handshake_hangs_is_a_502_where_there_is_no_other()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["Targets"] = new JsonArray("west/gpt-image-1") }, westUrl: $"https://{listener.LocalEndpoint}/v1", provider: new JsonObject { ["ConnectTimeout"] = "00:00:01" });
        using var response = await gateway.GenerateAsync();
        await response.ErrorAsync(502, "upstream_error", null);
    }

    // Nothing was asked yet: nothing can be billed.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_that_is_cut_or_stalls_goes_on(bool cut)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var end = new CancellationTokenSource();
        var accepting = AcceptAsync(listener, cut, end.Token);
        await using (var gateway = await RoutedGateway.StartAsync(westUrl: $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1", provider: new JsonObject { ["Timeout"] = "00:00:06" }))
        {
            using var form = new MultipartFormDataContent { { new StringContent("gpt-image-1"), "model" }, { new StringContent("a fox"), "prompt" }, { new StringContent("low"), "quality" } };
            form.Add(new ByteArrayContent([.. Pictures.Png(), .. new byte[20 * 1024 * 1024]]), "image", "a.png");
            using var response = await gateway.PostAsync("/v1/images/edits", form);
            await response.ImagesAsync();
            Assert.Equal(("2", 1), (response.Header("x-gateway-attempts"), gateway.Calls("east")));
        }
        await end.CancelAsync();
        await accepting;
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 1, 1)]
    public async Task Attempts_are_bounded(int most, int west, int east)
    {
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["MaxAttempts"] = most });
        gateway.Break("west", new Fault { Status = 500 });
        gateway.Break("east", new Fault { Status = 503 });
        using var response = await gateway.GenerateAsync();
        await response.ErrorAsync(502, "upstream_error", null);
        Assert.Equal((west, east), (gateway.Calls("west"), gateway.Calls("east")));
    }

    [Fact]
    public async Task Stream_that_breaks_in_the_middle_ends_with_one_error_and_no_second_call()
    {
        await using var gateway = await RoutedGateway.StartAsync();
        gateway.Break("west", new Fault { CutAfterEvents = 1 });
        using var response = await gateway.GenerateAsync(Streamed);
        var events = await Event.ReadAllAsync(await response.Content.ReadAsStreamAsync());
        Assert.Equal(["image_generation.partial_image", "error"], events.Select(one => one.Type));
        Assert.Equal((1, 0), (gateway.Calls("west"), gateway.Calls("east")));
    }

    // The client has its error; the next client must not.
    [Fact]
    public async Task Target_that_keeps_breaking_in_the_middle_is_left()
    {
        await using var gateway = await RoutedGateway.StartAsync(provider: new JsonObject { ["Circuit"] = new JsonObject { ["MinimumThroughput"] = 2 } });
        gateway.Break("west", new Fault { CutAfterEvents = 1 });
        for (var i = 0; i < 2; i++)
        {
            using var broken = await gateway.GenerateAsync(Streamed);
            Assert.Equal("west/gpt-image-1", broken.Header("x-gateway-target"));
            _ = await Event.ReadAllAsync(await broken.Content.ReadAsStreamAsync());
        }
        await Until.TrueAsync(() => gateway.Calls("west") == 2, "both calls ended");
        using var response = await gateway.GenerateAsync(Streamed);
        Assert.Equal(("east/gpt-image-1", "1"), (response.Header("x-gateway-target"), response.Header("x-gateway-attempts")));
    }

    [Fact]
    public async Task Circuit_that_is_open_is_not_called()
    {
        await using var gateway = await RoutedGateway.StartAsync(provider: new JsonObject { ["Circuit"] = new JsonObject { ["MinimumThroughput"] = 2 } });
        gateway.Break("west", new Fault { Status = 500 });
        for (var i = 0; i < 4; i++)
        {
            using var response = await gateway.GenerateAsync();
            await response.ImagesAsync();
        }
        Assert.Equal((2, 4), (gateway.Calls("west"), gateway.Calls("east")));
    }

    // A job waits for capacity, not for a circuit, although its break is shorter than MaxWait.
    [Fact]
    public async Task Circuits_that_are_all_open_are_a_503_at_once()
    {
        await using var gateway = await RoutedGateway.StartAsync(new JsonObject { ["Targets"] = new JsonArray("west/gpt-image-1") }, provider: new JsonObject { ["Circuit"] = new JsonObject { ["MinimumThroughput"] = 2, ["Break"] = "00:00:20" } });
        gateway.Break("west", new Fault { Status = 500 });
        for (var i = 0; i < 2; i++)
            await (await gateway.GenerateAsync()).ErrorAsync(502, "upstream_error", null);
        using var refused = await gateway.GenerateAsync();
        await refused.ErrorAsync(503, "no_target_available", null);
        Assert.InRange(int.Parse(refused.Header("retry-after")!), 1, 20);
        Assert.Equal(2, gateway.Calls("west"));
    }

    [Fact]
    public async Task Error_tells_who_answered_last()
    {
        await using var gateway = await RoutedGateway.StartAsync();
        gateway.Break("west", new Fault { Status = 500 });
        gateway.Break("east", new Fault { Status = 400 });
        using var refused = await gateway.GenerateAsync();
        Assert.Equal((400, "east/gpt-image-1", "gpt-image-1", "2"), ((int)refused.StatusCode, refused.Header("x-gateway-target"), refused.Header("x-gateway-model"), refused.Header("x-gateway-attempts")));
    }

    private static void Streamed(JsonObject job)
    {
        job["stream"] = true;
        job["partial_images"] = 2;
    }

    private static async Task AcceptAsync(TcpListener listener, bool cut, CancellationToken end)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync(end);
            _ = await client.GetStream().ReadAsync(new byte[1000], end);
            if (cut)
                client.Client.Close(0);
            else
                await Task.Delay(Timeout.Infinite, end);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    internal static Fault Error(int status, string type, string code) =>
        new() { Status = status, Body = new JsonObject { ["error"] = new JsonObject { ["message"] = "No.", ["type"] = type, ["code"] = code, ["param"] = null } } };
}
