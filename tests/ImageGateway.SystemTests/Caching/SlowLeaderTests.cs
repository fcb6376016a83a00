using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>Leaders whose clients do not read, and those who wait for the same picture.</summary>
public abstract class LeaderTests(LargeCachingGateway gateway) : IAsyncLifetime
{
    private protected string Prompt { get; } = $"a fox {Guid.NewGuid():N}";

    public Task InitializeAsync()
    {
        gateway.Begin();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Until.TrueAsync(() => gateway.RunningJobs is { Count: 0, Jobs: 0 } && gateway.Recorded == 0 && gateway.Flights.Followers == 0, "nothing is left of it");
        await Until.TrueAsync(async () => await gateway.Ledger.CountAsync("intents") == 0, "every job is closed");
        await gateway.Ledger.CheckSumsAsync();
    }

    /// <summary>Another tenant's job, which follows one that is not answered yet; the provider answers then.</summary>
    private protected async Task<Task<Reply>> FollowAsync(bool stream)
    {
        var following = gateway.AskAsync(Prompt, job => job["stream"] = stream, Shyer);
        await gateway.FollowersAsync(1);
        gateway.LetGo();
        return following;
    }

    /// <summary>A job whose client reads its head at most.</summary>
    private protected Task<HttpResponseMessage> LeadAsync(bool stream = false) => gateway.SendAsync(Prompt, job => job["stream"] = stream, Shy);

    private protected async Task<(Task<HttpResponseMessage> Leader, Task<Reply> Follower)> BothAsync(bool stream = false)
    {
        var leading = LeadAsync(stream);
        await Until.TrueAsync(() => gateway.Arrivals == 1, "the provider has it");
        return (leading, await FollowAsync(stream));
    }

    private protected async Task EndsAsync(string id, string status) => Assert.Equal(status, (await gateway.Ledger.EntryAsync(id)).End.Status);
}

public sealed class SlowLeaderTests(LargeCachingGateway gateway) : LeaderTests(gateway), IClassFixture<LargeCachingGateway>
{
    private readonly LargeCachingGateway _gateway = gateway;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Followers_have_the_answer_before_a_leader_whose_client_does_not_read(bool stream, bool followerStreams)
    {
        var leading = LeadAsync(stream);
        await Until.TrueAsync(() => _gateway.Arrivals == 1, "the provider has it");
        await AssertFollowedAsync(leading, await FollowAsync(followerStreams), stream);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Leader_that_waits_for_its_client_already_goes_on_for_a_follower(bool stream, bool followerStreams)
    {
        _gateway.LetGo();
        using var leader = await LeadAsync(stream);
        await StalledAsync();
        await AssertFollowedAsync(Task.FromResult(leader), await FollowAsync(followerStreams), stream);
    }

    [Fact]
    public async Task Leader_whose_client_leaves_while_it_is_behind_has_paid_for_the_answer()
    {
        var (leading, following) = await BothAsync();
        Assert.Equal((200, "coalesced"), await following is var reply ? (reply.Status, reply.Cache) : default);
        var leader = await leading;
        leader.Dispose();
        await EndsAsync(leader.Header("x-request-id")!, "completed");
        Assert.Equal("hit", (await _gateway.AskAsync(Prompt, key: Shy)).Cache);
        Assert.Equal(1, _gateway.Arrivals);
    }

    private async Task AssertFollowedAsync(Task<HttpResponseMessage> leading, Task<Reply> following, bool stream)
    {
        var follower = await following;
        using var leader = await leading;
        Assert.Equal((200, "coalesced"), (follower.Status, follower.Cache));
        await Until.TrueAsync(() => _gateway.RunningJobs.Jobs == 1, "only the leader is left, whose client has to read yet");
        var whole = await Reply.ReadAsync(leader);
        Assert.Equal((200, "miss"), (whole.Status, whole.Cache));
        Assert.True(whole.Body.AsSpan().SequenceEqual(LargeCachingGateway.Body(stream)), "the leader's client has the provider's bytes");
        Assert.Equal(whole.Hashes, follower.Hashes);
        Assert.Equal(1, _gateway.Arrivals);
        await EndsAsync(whole.Id, "completed");
        await EndsAsync(follower.Id, "cached");
    }

    // What is recorded grows until the pipes and sockets to the client are full.
    private async Task StalledAsync()
    {
        var recorded = 0L;
        await Until.TrueAsync(() => Task.FromResult(recorded == (recorded = _gateway.Recorded) && recorded > 0), "the leader waits for its client", TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(30));
    }
}

/// <summary>Where a leader has no memory to go ahead of its client, it waits, and nothing is cut off.</summary>
public sealed class ScantLeaderTests(ScantCachingGateway gateway) : LeaderTests(gateway), IClassFixture<ScantCachingGateway>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_has_the_whole_answer_when_the_recording_is_given_up(bool stream)
    {
        var (leading, following) = await BothAsync(stream);
        using var leader = await leading;
        await Until.TrueAsync(() => gateway.Recorded > 1_900_000, "the memory is used up");
        Assert.False(following.IsCompleted);
        Assert.True((await Reply.ReadAsync(leader)).Body.AsSpan().SequenceEqual(LargeCachingGateway.Body(stream)), "the leader's client has the provider's bytes");
        Assert.Equal((200, "miss"), await following is var reply ? (reply.Status, reply.Cache) : default);
        Assert.True((await following).Body.AsSpan().SequenceEqual(LargeCachingGateway.Body(stream)), "the follower has the bytes of a call of its own");
        Assert.Equal(2, gateway.Arrivals);
    }
}

/// <summary>A client that reads less than it must is disconnected, also when its leader has gone ahead of it.</summary>
public sealed class HastyLeaderTests(HastyCachingGateway gateway) : LeaderTests(gateway), IClassFixture<HastyCachingGateway>
{
    [Fact]
    public async Task Client_that_reads_nothing_is_disconnected()
    {
        var (leading, following) = await BothAsync();
        Assert.Equal(200, (await following).Status);
        using var leader = await leading;
        await Until.TrueAsync(() => Task.FromResult(gateway.RunningJobs.Jobs == 0), "the leader has ended", TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(60));
        await Assert.ThrowsAnyAsync<Exception>(() => leader.Content.ReadAsByteArrayAsync());
        await EndsAsync(leader.Header("x-request-id")!, "completed");
    }
}
