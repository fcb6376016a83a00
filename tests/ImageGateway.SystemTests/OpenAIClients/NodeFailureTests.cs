using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Upstream;

namespace ImageGateway.SystemTests.OpenAIClients;

/// <summary>What the npm client makes of failures upstream.</summary>
public sealed class NodeFailureTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    public static TheoryData<Fault, string, int, string> Failures => new()
    {
        { Limited, "RateLimitError", 429, "rate_limit_exceeded" },
        { new Fault { Status = 500 }, "InternalServerError", 502, "upstream_error" },
        { new Fault { Reset = true }, "InternalServerError", 502, "upstream_error" },
        { new Fault { Status = 401 }, "InternalServerError", 503, "no_target_available" },
        { new Fault { Status = 408 }, "InternalServerError", 504, "upstream_timeout" },
    };

    // Longer than the gateway itself would wait for its only target.
    private static Fault Limited => new() { Status = 429, Headers = new Dictionary<string, string> { ["retry-after"] = "7" } };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_is_raised_by_its_class(Fault fault, string type, int status, string code)
    {
        Break(fault);

        var failures = await NodeScript.RunAsync("failures.mjs", Gateway.Url, Keys.Acme, new { retries = 0, times = 1 });

        Assert.Equal((type, status, code), ((string?)failures[0]!["class"], (int)failures[0]!["status"]!, (string?)failures[0]!["code"]));
        Assert.Single(Log.Calls);
    }

    [Fact]
    public async Task Timeout_is_not_repeated_although_the_client_would()
    {
        Break(new Fault { Status = 408 });

        var failures = await NodeScript.RunAsync("failures.mjs", Gateway.Url, Keys.Acme, new { retries = 2, times = 1 });

        Assert.Equal(504, (int)failures[0]!["status"]!);
        Assert.Single(Log.Calls);
    }

    [Fact]
    public async Task Rate_limit_is_repeated_after_the_told_wait()
    {
        Break(new Fault { Status = 429, Headers = new Dictionary<string, string> { ["retry-after-ms"] = "20" } }, times: 1);

        var failures = await NodeScript.RunAsync("failures.mjs", Gateway.Url, Keys.Acme, new { retries = 1, times = 1 });

        Assert.Null((string?)failures[0]!["class"]);
        Assert.Equal(2, Log.Calls.Count);
    }

    [Fact]
    public async Task Broken_transfer_is_raised_as_an_error()
    {
        Break(new Fault { CutAfterBytes = 30_000 });

        var failures = await NodeScript.RunAsync("failures.mjs", Gateway.Url, Keys.Acme, new { retries = 0, times = 1 });

        Assert.NotNull((string?)failures[0]!["class"]);
        Assert.Single(Log.Calls);
    }

    [Fact]
    public async Task Stream_that_is_cut_between_events_is_raised_as_the_clients_error()
    {
        Break(new Fault { CutAfterEvents = 1 });

        var streams = await NodeScript.RunAsync("stream.mjs", Gateway.Url, Keys.Acme, new { model = "openai/gpt-image-1", prompt = "a fox", partial_images = 1 });

        Assert.Single(streams[0]!["events"]!.AsArray());
        Assert.True((bool)streams[0]!["error"]!["isApiError"]!);
        Assert.Equal("upstream_error", (string?)streams[0]!["error"]!["code"]);
    }

    [Fact]
    public async Task Stream_that_is_cut_within_an_event_is_raised_as_the_clients_error()
    {
        var lengths = await FirstEventsAsync();
        foreach (var place in Cuts.Places)
            Break(new Fault { CutAfterBytes = lengths[0] + ((int)place[1] < 0 ? lengths[1] : 0) + (int)place[1] }, times: 1);

        var streams = await NodeScript.RunAsync("stream.mjs", Gateway.Url, Keys.Acme, new { model = "openai/gpt-image-1", prompt = "a fox", partial_images = 2, times = Cuts.Places.Count });

        var wrong = Cuts.Places.Zip(streams.AsArray(), (place, stream) => (Place: place[0], Error: stream!["error"]!))
            .Where(item => item.Error["isApiError"] is not { } raised || !(bool)raised)
            .Select(item => $"{item.Place}  →  {(string?)item.Error["class"] ?? "no error"}: {(string?)item.Error["message"]}");
        Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong));
    }

    private async Task<List<int>> FirstEventsAsync()
    {
        using var response = await GenerateAsync(job =>
        {
            job["stream"] = true;
            job["partial_images"] = 2;
        });
        var text = await response.Content.ReadAsStringAsync();
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => item.Length + 2)];
    }
}
