using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Caching;

/// <summary>What SIGTERM does to jobs in progress.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private Replicas _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Replicas.StartAsync("", 1);

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Streams_and_finishes_are_completed_and_nobody_else_is_let_in()
    {
        _gateway.Break(new Fault { HangAfterEvents = 1 }, times: 2);
        using var stream = await _gateway.SendAsync(0, "a fox", job => (job["stream"], job["partial_images"]) = (true, 2));
        using (await _gateway.SendAsync(0, "a hare", job => (job["stream"], job["partial_images"]) = (true, 2))) { } // leaves
        await TerminateAsync();
        _gateway.Release();
        Assert.Single((await Reply.ReadAsync(stream)).Pictures);
        Assert.Equal(0, await _gateway.All[0].Process.ExitCodeAsync());
        Assert.Equal(0, await _gateway.Ledger.CountAsync("intents"));
        Assert.Equal(["completed", "completed"], (await _gateway.Ledger.EntriesAsync()).Select(entry => entry.End.Status));
    }

    [Fact]
    public async Task Readiness_says_draining_while_a_stream_goes_on_and_the_data_plane_takes_no_connections()
    {
        _gateway.Break(new Fault { HangAfterEvents = 1 });
        using var stream = await _gateway.SendAsync(0, "a fox", job => (job["stream"], job["partial_images"]) = (true, 2), CachingGateway.Plain);
        Assert.Equal(200, (await _gateway.ControlAsync(0, "/healthz/ready")).Status);

        await TerminateAsync();
        await Until.TrueAsync(() => _gateway.IsShutAsync(0), "nobody else is let in");
        var (status, text) = await _gateway.ControlAsync(0, "/healthz/ready");
        var ready = JsonNode.Parse(text)!;

        Assert.Equal((503, "draining", "stopping; jobs in progress: 1"), (status, (string?)ready["status"], (string?)ready["checks"]!["draining"]!["detail"]));
        Assert.Equal((200, 200), ((await _gateway.ControlAsync(0, "/healthz/live")).Status, (await _gateway.ControlAsync(0, "/metrics")).Status));
        _gateway.Release();
        Assert.Single((await Reply.ReadAsync(stream)).Pictures);
        Assert.Equal(0, await _gateway.All[0].Process.ExitCodeAsync());
    }

    [Fact]
    public async Task Jobs_that_nobody_waits_for_have_the_time_too()
    {
        _gateway.Break(new Fault { Hang = true });
        using (var accepted = await _gateway.SendAsync(0, "a fox", null, CachingGateway.Plain, AsyncClient.Prefer))
            Assert.Equal(202, (int)accepted.StatusCode);
        await Until.TrueAsync(() => _gateway.Calls.Count == 1, "its call is made");
        await TerminateAsync();
        _gateway.Release();
        Assert.Equal(0, await _gateway.All[0].Process.ExitCodeAsync());
        Assert.Equal("completed", Assert.Single(await _gateway.Ledger.EntriesAsync()).End.Status);
    }

    private async Task TerminateAsync()
    {
        await _gateway.All[0].Process.TerminateAsync();
        await Until.TrueAsync(async () => (await _gateway.ControlAsync(0, "/healthz/ready")).Status == 503, "it is not ready");
    }
}

/// <summary>What happens between SIGTERM and the moment balancers have noticed.</summary>
public sealed class DrainDelayTests : IAsyncLifetime
{
    private Replicas _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Replicas.StartAsync("", 1, more: """ "DrainDelay": "00:00:03", """);

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Who_has_not_noticed_is_served_and_told_to_connect_elsewhere()
    {
        using (var before = await _gateway.SendAsync(0, "a fox"))
        {
            Assert.Null(before.Headers.ConnectionClose);
            await Reply.ReadAsync(before);
        }
        await _gateway.All[0].Process.TerminateAsync();
        await Until.TrueAsync(async () => (await _gateway.ControlAsync(0, "/healthz/ready")).Status == 503, "it is not ready");
        using var late = await _gateway.SendAsync(0, "a hare");
        Assert.True(late.Headers.ConnectionClose);
        Assert.Single((await Reply.ReadAsync(late)).Pictures);
        Assert.Equal(0, await _gateway.All[0].Process.ExitCodeAsync());
    }
}

/// <summary>What the end of the time to drain does to them.</summary>
public sealed class DrainTimeoutTests : IAsyncLifetime
{
    private Replicas _gateway = null!;

    public async Task InitializeAsync() => _gateway = await Replicas.StartAsync("", 1, drain: "00:00:01");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task What_is_not_done_in_time_is_cancelled_and_settled()
    {
        _gateway.Break(new Fault { HangAfterEvents = 1 });
        using var stream = await _gateway.SendAsync(0, "a fox", Streaming);
        using (await _gateway.SendAsync(0, "a hare", Streaming)) { } // leaves; it goes on alone
        using var unkept = await _gateway.SendAsync(0, "a hen", Streaming, CachingGateway.Plain);
        await _gateway.All[0].Process.TerminateAsync();
        Assert.Equal(0, await _gateway.All[0].Process.ExitCodeAsync());
        var last = (await Event.ReadAllAsync(await stream.Content.ReadAsStreamAsync()))[^1];
        Assert.Equal(("error", "gateway_stopped"), (last.Type, (string?)last.Data["error"]!["code"]));
        Assert.All(_gateway.Calls, call => Assert.False(call.Completed));
        Assert.Equal(0, await _gateway.Ledger.CountAsync("intents"));
        var entries = await _gateway.Ledger.EntriesAsync();
        Assert.Equal(3, entries.Count);
        Assert.All(entries, entry => Assert.Equal((("failed", "gateway_stopped"), "estimate"), (entry.End, entry.Charge.Basis)));
    }

    // The call may be billed: a client that repeats requests by itself must not pay again.
    [Fact]
    public async Task Client_that_still_waits_is_told_and_does_not_repeat_the_request()
    {
        _gateway.Break(new Fault { Hang = true });
        var waiting = _gateway.SendAsync(0, "a fox", null, CachingGateway.Plain);
        await Until.TrueAsync(() => _gateway.Calls.Count == 1, "its call is made");
        await _gateway.All[0].Process.TerminateAsync();
        using var told = await waiting;
        await told.ErrorAsync(503, "gateway_stopped", null);
        Assert.Equal("false", told.Header("x-should-retry"));
        Assert.Equal(0, await _gateway.All[0].Process.ExitCodeAsync());
        var entry = Assert.Single(await _gateway.Ledger.EntriesAsync());
        Assert.Equal((("failed", "gateway_stopped"), "estimate"), (entry.End, entry.Charge.Basis));
    }

    private static void Streaming(JsonObject job) => (job["stream"], job["partial_images"]) = (true, 2);
}
