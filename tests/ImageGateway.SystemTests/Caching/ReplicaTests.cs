using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;

namespace ImageGateway.SystemTests.Caching;

/// <summary>Two processes with one Redis give one answer once.</summary>
public sealed class ReplicaTests(RedisServer redis) : IClassFixture<RedisServer>, IAsyncLifetime
{
    private Replicas _replicas = null!;

    public async Task InitializeAsync()
    {
        redis.Command("FLUSHALL");
        _replicas = await Replicas.StartAsync(redis.ConnectionString, 2);
    }

    public async Task DisposeAsync() => await _replicas.DisposeAsync();

    [Fact]
    public async Task Identical_jobs_over_both_are_one_call_and_one_is_charged()
    {
        _replicas.Break(new Fault { DelayMilliseconds = 500 }, times: 1);
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _replicas.AskAsync(i % 2, "a fox", i % 4 < 2 ? null : Streaming)));
        Assert.Single(_replicas.Calls);
        Assert.All(all, reply => Assert.Equal(200, reply!.Status));
        Assert.Single(all.Select(reply => reply!.Hashes[0]).Distinct());
        Assert.Equal((1, 19), (all.Count(reply => reply!.Cache == "miss"), all.Count(reply => reply!.Cache == "coalesced")));
        Assert.Equal(["hit", "hit"], new[] { (await _replicas.AskAsync(0, "a fox"))!.Cache, (await _replicas.AskAsync(1, "a fox"))!.Cache });
        await Until.TrueAsync(async () => await _replicas.Ledger.CountAsync("entries") == 22, "every job has its entry");
        Assert.Single(await _replicas.Ledger.EntriesAsync("charge > 0"));
        Assert.Equal(21, (await _replicas.Ledger.EntriesAsync("status = 'cached' AND avoided_cost > 0")).Count);

        // Refusals and failures pass between them as they do within one.
        _replicas.Break(new Fault { DelayMilliseconds = 500, Status = 400 }, times: 1);
        var refused = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _replicas.AskAsync(i % 2, "not this")));
        Assert.All(refused, reply => Assert.Equal(400, reply!.Status));
        Assert.Equal((1, 5), (refused.Count(reply => reply!.Cache == "miss"), refused.Count(reply => reply!.Cache == "coalesced")));
        Assert.Equal(2, _replicas.Calls.Count);
        _replicas.Break(new Fault { DelayMilliseconds = 500, Status = 500 }, times: 1);
        var mended = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _replicas.AskAsync(i % 2, "this")));
        Assert.Equal([200, 200, 200, 200, 200, 502], mended.Select(reply => reply!.Status).Order());
        Assert.Equal(4, _replicas.Calls.Count);
        _replicas.Break(new Fault { DelayMilliseconds = 500, Status = 500 });
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _replicas.AskAsync(i % 2, "never"))), reply => Assert.Equal(502, reply!.Status));
        Assert.Equal(6, _replicas.Calls.Count);
    }

    [Fact]
    public async Task Hosted_picture_is_given_out_by_both()
    {
        using var anyone = new HttpClient();
        var hosted = (await _replicas.AskAsync(0, "a fox", job => job["response_format"] = "url", CachingGateway.Plain))!;
        var address = new Uri((string)hosted.Json["data"]![0]!["url"]!);
        var pictures = await Task.WhenAll(_replicas.All.Select(replica => anyone.GetByteArrayAsync(new Uri(replica.Url, address.PathAndQuery))));
        Assert.Equal(pictures[0], pictures[1]);
    }

    [Fact]
    public async Task Follower_takes_the_place_of_a_leader_that_was_killed()
    {
        _replicas.Break(new Fault { Hang = true }, times: 1);
        var lost = _replicas.AskAsync(0, "a fox");
        await Until.TrueAsync(() => _replicas.Calls.Count == 1, "the leader's call is made");
        var followers = Enumerable.Range(0, 5).Select(_ => _replicas.AskAsync(1, "a fox")).ToList();
        await _replicas.All[0].Process.KillAsync();
        Assert.Null(await lost);
        var all = await Task.WhenAll(followers);
        Assert.All(all, reply => Assert.Equal(200, reply!.Status));
        Assert.Equal((1, 4), (all.Count(reply => reply!.Cache == "miss"), all.Count(reply => reply!.Cache == "coalesced")));
        Assert.Equal(2, _replicas.Calls.Count);
        await Until.TrueAsync(async () => await _replicas.Ledger.CountAsync("entries") == 6 && await _replicas.Ledger.CountAsync("intents") == 0, "every job is closed, the killed process's too");
        var paid = await _replicas.Ledger.EntriesAsync("charge > 0");
        Assert.Equal(["abandoned", "completed"], paid.Select(entry => entry.End.Status).Order());
    }

    [Fact]
    public async Task Idempotency_key_holds_on_both_and_is_free_when_its_process_is_gone()
    {
        var key = ("Idempotency-Key", "the key");
        _replicas.Break(new Fault { Hang = true }, times: 1);
        var lost = _replicas.AskAsync(0, "a fox", key: CachingGateway.Plain, headers: key);
        await Until.TrueAsync(() => _replicas.Calls.Count == 1, "its call is made");
        Assert.Equal(409, (await _replicas.AskAsync(1, "a fox", key: CachingGateway.Plain, headers: key))!.Status);
        await _replicas.All[0].Process.KillAsync();
        Assert.Null(await lost);
        Reply? answer = null;
        await Until.TrueAsync(async () => (answer = await _replicas.AskAsync(1, "a fox", key: CachingGateway.Plain, headers: key))!.Status == 200, "the key is free");
        Assert.Null(answer!.Head.Header("idempotent-replayed"));
        await _replicas.AddAsync();
        var again = await _replicas.AskAsync(2, "a fox", key: CachingGateway.Plain, headers: key);
        Assert.Equal("true", again!.Head.Header("idempotent-replayed"));
        Assert.Equal(answer.Hashes, again.Hashes);
        Assert.Equal(2, _replicas.Calls.Count);
    }

    // Its claim is gone before the ledger closes it; meanwhile who polls it must not stop.
    [Fact]
    public async Task Asynchronous_job_of_a_replica_that_was_killed_is_not_done_before_the_ledger_closes_it()
    {
        _replicas.Break(new Fault { Hang = true }, times: 1);
        using var accepted = await _replicas.SendAsync(0, "a fox", key: CachingGateway.Plain, headers: AsyncClient.Prefer);
        var job = await AsyncClient.LocationAsync(_replicas.All[1].Url, accepted);
        await Until.TrueAsync(() => _replicas.Calls.Count == 1, "its call is made");
        await _replicas.All[0].Process.KillAsync();
        using var client = new AsyncClient();
        Assert.Equal("abandoned", (await client.EndAsync(job, CachingGateway.Plain)).State);
    }

    // A client that has all of its answer may ask for it again, and a store that fails over is away for some seconds.
    [Fact]
    public async Task Answer_with_an_idempotency_key_ends_when_it_is_kept()
    {
        var key = ("Idempotency-Key", "the key");
        _replicas.Break(new Fault { PauseAfterBytes = 70_000 }, times: 1);
        using var response = await _replicas.SendAsync(0, "a fox", key: CachingGateway.Plain, headers: key);
        redis.Command("CLIENT PAUSE 3000 WRITE");
        _replicas.Release();
        var first = await Reply.ReadAsync(response);
        Assert.Single(first.Pictures);
        var again = await _replicas.AskAsync(1, "a fox", key: CachingGateway.Plain, headers: key);
        Assert.Equal((200, "true"), (again!.Status, again.Head.Header("idempotent-replayed")));
        Assert.Equal(first.Hashes, again.Hashes);
        Assert.Single(_replicas.Calls);
    }

    [Fact]
    public async Task Asynchronous_job_is_fetched_and_cancelled_on_the_other_and_is_lost_with_its_process()
    {
        using var client = new AsyncClient();
        var end = await client.EndAsync(await BeginAsync("a fox"), CachingGateway.Plain);
        Assert.Equal("completed", end.State);
        Assert.Single(end.Hashes);

        _replicas.Break(new Fault { Hang = true }, times: 1);
        var leader = _replicas.AskAsync(1, "a cow");
        await Until.TrueAsync(() => _replicas.Calls.Count == 2, "the leader's call is made");
        var follower = await BeginAsync("a cow", CachingGateway.Acme);
        _replicas.Release();
        Assert.Equal((await leader)!.Hashes, (await client.EndAsync(follower, CachingGateway.Acme)).Hashes);
        Assert.Equal(2, _replicas.Calls.Count);

        _replicas.Break(new Fault { Hang = true }, times: 1);
        var cancelled = await BeginAsync("a hare");
        await Until.TrueAsync(() => _replicas.Calls.Count == 3, "its call is made");
        Assert.Equal((202, "running"), await client.GetAsync(cancelled, CachingGateway.Plain) is var meanwhile ? (meanwhile.Status, meanwhile.State) : default);
        Assert.Equal((200, "cancelled"), await client.DeleteAsync(cancelled, CachingGateway.Plain) is var deleted ? (deleted.Status, deleted.State) : default);
        await Until.TrueAsync(() => _replicas.Calls[2].Aborted, "its process has heard of it");
        await Until.TrueAsync(async () => await _replicas.Ledger.CountAsync("intents") == 0, "it is settled");
        Assert.Equal((200, "cancelled", "estimate"), await client.GetAsync(cancelled, CachingGateway.Plain) is var ended ? (ended.Status, ended.State, (string?)ended.Job["basis"]) : default);

        _replicas.Break(new Fault { Hang = true }, times: 1);
        var lost = await BeginAsync("a hen");
        await Until.TrueAsync(() => _replicas.Calls.Count == 4, "its call is made");
        await _replicas.All[0].Process.KillAsync();
        await Until.TrueAsync(async () => (await client.GetAsync(lost, CachingGateway.Plain)).State == "abandoned", "its claim has ended, and the ledger says what became of it", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(40));
    }

    // Asks the first, and gives the address at the second.
    private async Task<Uri> BeginAsync(string prompt, string key = CachingGateway.Plain)
    {
        using var response = await _replicas.SendAsync(0, prompt, null, key, AsyncClient.Prefer);
        return await AsyncClient.LocationAsync(_replicas.All[1].Url, response);
    }

    private static void Streaming(JsonObject job) => (job["stream"], job["partial_images"]) = (true, 2);
}
