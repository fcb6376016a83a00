using System.Text.Json.Nodes;
using ImageGateway.Caching;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>What becomes of a paid picture whose client leaves, whatever keeps it.</summary>
public abstract class DisconnectTests(CachingGateway gateway) : IAsyncLifetime
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";

    public Task InitializeAsync()
    {
        gateway.Mend();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Until.TrueAsync(() => gateway.RunningJobs is { Count: 0, Jobs: 0 } && gateway.Recorded == 0, "nothing is left of it");
        await Until.TrueAsync(async () => await gateway.Ledger.CountAsync("intents") == 0, "every job is closed");
        await gateway.Ledger.CheckSumsAsync();
    }

    [Theory]
    [InlineData(25)]
    [InlineData(50)]
    [InlineData(75)]
    [InlineData(99)]
    public async Task Job_whose_client_leaves_within_the_body_is_finished_and_stored(int percent)
    {
        var length = (await gateway.AskAsync(_prompt, headers: ("Cache-Control", "no-store"))).Body.Length;
        gateway.Break(new Fault { PauseAfterBytes = length * percent / 100 }, times: 1);
        var id = await LeaveAfterAsync(length * percent / 100);
        await Until.TrueAsync(() => gateway.RunningJobs.Count == 1, "the job goes on alone");
        Assert.Equal("coalesced", (await gateway.FollowAsync(_prompt)).Cache);
        Assert.Equal("hit", (await gateway.AskAsync(_prompt)).Cache);
        Assert.Equal(2, gateway.Calls(_prompt));
        var entry = await gateway.Ledger.EntryAsync(id);
        Assert.Equal((("completed", null), "usage"), (entry.End, entry.Charge.Basis));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Job_whose_client_leaves_between_events_is_finished_and_stored(int events)
    {
        gateway.Break(new Fault { HangAfterEvents = events }, times: 1);
        var id = await LeaveAfterEventsAsync(events, Acme);
        Assert.Equal("coalesced", (await gateway.FollowAsync(_prompt)).Cache);
        var again = await gateway.AskAsync(_prompt, Streaming);
        Assert.Equal(("hit", 4), (again.Cache, again.Events.Count));
        Assert.Equal(1, gateway.Calls(_prompt));
        Assert.Equal(("completed", null), (await gateway.Ledger.EntryAsync(id)).End);
    }

    [Fact]
    public async Task Job_whose_client_leaves_before_the_first_byte_is_finished()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        await LeaveBeforeAsync(Acme);
        Assert.Equal("coalesced", (await gateway.FollowAsync(_prompt)).Cache);
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Idempotency_key_keeps_the_answer_for_the_retry()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var key = ("Idempotency-Key", $"{Guid.NewGuid():N}");
        await LeaveBeforeAsync(Plain, key);
        var meanwhile = await gateway.AskAsync(_prompt, key: Plain, headers: key);
        Assert.Equal((409, "1"), (meanwhile.Status, meanwhile.Head.Header("retry-after")));
        gateway.Release();
        Reply? retry = null;
        await Until.TrueAsync(async () => (retry = await gateway.AskAsync(_prompt, key: Plain, headers: key)).Status == 200, "the answer is there");
        Assert.Equal("true", retry!.Head.Header("idempotent-replayed"));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Fan_out_is_finished_too()
    {
        void Two(JsonObject job) => (job["model"], job["n"], job["quality"], job["response_format"]) = ("dall-e-3", 2, "standard", "b64_json");
        gateway.Break(new Fault { Hang = true }, times: 2);
        using (var leaving = new CancellationTokenSource())
        {
            var asking = gateway.SendAsync(_prompt, Two, cancellationToken: leaving.Token);
            await Until.TrueAsync(() => gateway.Calls(_prompt) == 2, "both calls are made");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }
        Assert.Equal(2, (await gateway.FollowAsync(_prompt, Two)).Pictures.Count);
        Assert.Equal(2, gateway.Calls(_prompt));
    }

    [Theory]
    [InlineData(Hasty)]
    [InlineData(Plain)]
    public async Task Where_it_cannot_or_must_not_be_kept_the_provider_is_told_at_once(string key)
    {
        gateway.Break(new Fault { HangAfterEvents = 1 }, times: 1);
        var id = await LeaveAfterEventsAsync(1, key);
        await Until.TrueAsync(() => gateway.Log.Calls.Any(call => call.Fields.GetValueOrDefault("prompt") == _prompt && call.Aborted), "the provider's call is cancelled");
        var entry = await gateway.Ledger.EntryAsync(id);
        Assert.Equal((("failed", "client_disconnected"), "estimate"), (entry.End, entry.Charge.Basis));
    }

    [Fact]
    public async Task Above_256_jobs_without_clients_the_provider_is_told_at_once()
    {
        Assert.All(Enumerable.Range(0, RunningJobs.Most), _ => Assert.True(gateway.RunningJobs.TryEnter()));
        try
        {
            gateway.Break(new Fault { HangAfterEvents = 1 }, times: 1);
            await LeaveAfterEventsAsync(1, Acme);
            await Until.TrueAsync(() => gateway.Log.Calls.Any(call => call.Fields.GetValueOrDefault("prompt") == _prompt && call.Aborted), "the provider's call is cancelled");
        }
        finally
        {
            for (var i = 0; i < RunningJobs.Most; i++)
                gateway.RunningJobs.Leave();
        }
    }

    [Fact]
    public async Task Followers_keep_a_job_alive_that_would_end_with_its_client()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        using var leaving = new CancellationTokenSource();
        var asking = gateway.SendAsync(_prompt, key: Hasty, cancellationToken: leaving.Token);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the provider has it");
        var follower = gateway.AskAsync(_prompt, key: Hasty);
        await gateway.FollowersAsync(1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        gateway.Release();
        Assert.Equal((200, "coalesced"), await follower is var reply ? (reply.Status, reply.Cache) : default);
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Job_of_a_follower_that_took_the_lead_and_leaves_is_finished_and_stored()
    {
        var id = await LeaveAsLeaderAsync(Acme);
        await Until.TrueAsync(() => gateway.RunningJobs.Count == 1, "the job goes on alone");
        Assert.Equal("coalesced", (await gateway.FollowAsync(_prompt)).Cache);
        Assert.Equal(2, gateway.Calls(_prompt));
        Assert.Equal(("completed", null), (await gateway.Ledger.EntryAsync(id)).End);
    }

    [Fact]
    public async Task Job_of_a_follower_that_took_the_lead_and_leaves_is_cancelled_where_the_tenant_says_so()
    {
        var id = await LeaveAsLeaderAsync(Hasty);
        await Until.TrueAsync(() => gateway.Log.Calls.Any(call => call.Fields.GetValueOrDefault("prompt") == _prompt && call.Aborted), "the provider's call is cancelled");
        Assert.Equal(("failed", "client_disconnected"), (await gateway.Ledger.EntryAsync(id)).End);
    }

    private static void Streaming(JsonObject job) => (job["stream"], job["partial_images"]) = (true, 3);

    // The rest of the body comes when the client is gone already.
    private async Task<string> LeaveAfterAsync(int bytes)
    {
        using var response = await gateway.SendAsync(_prompt);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[bytes]);
        return response.Header("x-request-id")!;
    }

    private async Task<string> LeaveAfterEventsAsync(int events, string key)
    {
        using var response = await gateway.SendAsync(_prompt, Streaming, key);
        await using var body = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(body);
        for (var left = events; left > 0;)
        {
            if ((await reader.ReadLineAsync())!.Length == 0)
                left--;
        }
        return response.Header("x-request-id")!;
    }

    // It follows a leader that breaks off in the middle, and leaves when its own call is under way.
    private async Task<string> LeaveAsLeaderAsync(string key)
    {
        gateway.Break(new Fault { HangAfterEvents = 1, CutAfterEvents = 2 }, times: 1);
        gateway.Break(new Fault { HangAfterEvents = 1 }, times: 1);
        var leader = gateway.AskAsync(_prompt, Streaming, key);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the provider has it");
        var following = gateway.SendAsync(_prompt, Streaming, key);
        await gateway.FollowersAsync(1);
        gateway.Release();
        using var response = await following;
        Assert.Equal("error", (await leader).Events[^1].Type);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 2, "it leads");
        return response.Header("x-request-id")!;
    }

    private async Task LeaveBeforeAsync(string key, params (string Name, string Value)[] headers)
    {
        using var leaving = new CancellationTokenSource();
        var asking = gateway.SendAsync(_prompt, null, key, headers, leaving.Token);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the provider has it");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Until.TrueAsync(() => gateway.RunningJobs.Count == 1, "the job goes on alone");
    }
}

public sealed class MemoryDisconnectTests(MemoryCachingGateway gateway) : DisconnectTests(gateway), IClassFixture<MemoryCachingGateway>;

public sealed class RedisDisconnectTests(RedisCachingGateway gateway) : DisconnectTests(gateway), IClassFixture<RedisCachingGateway>;
