using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>Identical jobs at the same time are one call.</summary>
public abstract class SingleFlightTests(CachingGateway gateway) : IAsyncLifetime
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";

    public Task InitializeAsync()
    {
        gateway.Mend();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Until.TrueAsync(() => gateway.RunningJobs is { Count: 0, Jobs: 0 } && gateway.Recorded == 0 && gateway.Flights.Followers == 0, "nothing is left of it");

    [Fact]
    public async Task Twenty_identical_jobs_are_one_call_and_one_is_charged()
    {
        var all = await TogetherAsync(20, i => gateway.AskAsync(_prompt, i % 2 == 0 ? null : Streaming));
        Assert.Equal(1, gateway.Calls(_prompt));
        Assert.All(all, reply => Assert.Equal(200, reply.Status));
        Assert.Single(all.Select(reply => reply.Hashes[0]).Distinct());
        Assert.Single(all, reply => reply.Cache == "miss");
        Assert.Equal(19, all.Count(reply => reply.Cache == "coalesced"));
        foreach (var reply in all)
        {
            var entry = await gateway.Ledger.EntryAsync(reply.Id);
            Assert.Equal(reply.Cache == "miss" ? "completed" : "cached", entry.End.Status);
            Assert.Equal(reply.Cache == "miss", entry.Charge.Charge > 0);
            Assert.Equal(reply.Cache != "miss", entry.Number("avoided_cost") > 0);
        }
    }

    [Fact]
    public async Task Follower_of_a_stream_gets_the_events_that_come_after_it_joined()
    {
        gateway.Break(new Fault { HangAfterEvents = 1 }, times: 1);
        using var leader = await gateway.SendAsync(_prompt, Streaming); // has its first event
        var (follower, bare, json) = (gateway.AskAsync(_prompt, Streaming), gateway.AskAsync(_prompt, job => job["stream"] = true), gateway.AskAsync(_prompt));
        await gateway.FollowersAsync(3);
        gateway.Release();
        var whole = await Reply.ReadAsync(leader);
        Assert.Equal(4, whole.Events.Count);
        var events = (await follower).Events;
        Assert.Equal(3, events.Count);
        Assert.Equal(whole.Events.Skip(4 - events.Count).Select(item => item.Data.ToJsonString()), events.Select(item => item.Data.ToJsonString()));
        Assert.Single((await bare).Events);
        Assert.Equal(["coalesced", "coalesced", "coalesced"], new[] { (await follower).Cache, (await bare).Cache, (await json).Cache });
        Assert.All([await follower, await bare, await json], reply => Assert.Equal(whole.Hashes, reply.Hashes));
        Assert.Equal(("gpt-image-1", "true"), ((await follower).Head.Header("x-gateway-model"), (await follower).Head.Header("x-gateway-simulated")));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Follower_that_joins_within_an_event_gets_the_next()
    {
        gateway.Break(new Fault { PauseAfterBytes = 2_000 }, times: 1);
        using var leader = await gateway.SendAsync(_prompt, Streaming);
        var follower = await gateway.FollowAsync(_prompt, Streaming);
        Assert.Equal(("coalesced", 3), (follower.Cache, follower.Events.Count));
        Assert.Equal((await Reply.ReadAsync(leader)).Hashes, follower.Hashes);
    }

    [Fact]
    public async Task Of_a_leader_that_failed_one_follower_takes_the_place()
    {
        var all = await AllAsync(6, new Fault { Status = 500 }, new Fault());
        Assert.Equal(2, gateway.Calls(_prompt));
        Assert.Equal([200, 200, 200, 200, 200, 502], all.Select(reply => reply.Status).Order());
        Assert.Equal(4, all.Count(reply => reply.Cache == "coalesced"));
    }

    [Fact]
    public async Task Second_failure_is_everybodys()
    {
        Assert.All(await AllAsync(6, new Fault { Status = 500 }, new Fault { Status = 500 }), reply => Assert.Equal(502, reply.Status));
        Assert.Equal(2, gateway.Calls(_prompt));
        Assert.Equal((200, "miss"), await gateway.AskAsync(_prompt, West) is var later ? (later.Status, later.Cache) : default);
    }

    // Both calls are paid for: clients that repeat a 502 by themselves must not pay again.
    [Fact]
    public async Task Answer_that_breaks_off_twice_must_not_be_asked_for_again()
    {
        var cut = new Fault { CutAfterBytes = 50_000 };
        var told = (await TogetherAsync(3, _ => ToldAsync(), cut, cut)).OfType<Reply>().ToList();
        Assert.NotEmpty(told);
        Assert.All(told, reply => Assert.Equal((502, "false"), (reply.Status, reply.Head.Header("x-should-retry"))));
        Assert.Equal(2, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Refusal_of_a_provider_is_everybodys_at_once()
    {
        var all = await AllAsync(6, new Fault { Status = 400 });
        Assert.All(all, reply => Assert.Equal(400, reply.Status));
        Assert.Single(all.Select(reply => (string?)reply.Json["error"]!["message"]).Distinct());
        Assert.Equal(1, gateway.Calls(_prompt));
        foreach (var reply in all)
            Assert.Equal("refused", (await gateway.Ledger.EntryAsync(reply.Id)).End.Status);
    }

    // What the leader's route falls back to may not be what the others asked for, or only an address.
    [Theory]
    [InlineData("two", false)]
    [InlineData("two", true)]
    [InlineData("addresses", false)]
    public async Task Picture_of_a_model_that_others_did_not_ask_for_is_not_given_to_them(string route, bool stream)
    {
        void Ask(JsonObject job) => job["stream"] = stream;
        void AskUrl(JsonObject job) => (job["stream"], job["response_format"]) = (stream, route == "addresses" ? "url" : null);
        gateway.Break(new Fault { Hang = true, Status = 503 }, times: 1);
        var leader = gateway.AskAsync(_prompt, AskUrl, headers: ("X-Gateway-Tags", $"route={route}"));
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the first model has it");
        var (same, other) = (gateway.AskAsync(_prompt, Ask, headers: ("X-Gateway-Tags", "route=two")), gateway.AskAsync(_prompt, Ask));
        await gateway.FollowersAsync(2);
        gateway.Release();
        var (model, isShared) = route == "two" ? ("gpt-image-1-mini", true) : ("dall-e-3", false);
        Assert.Equal((200, model), ((await leader).Status, (await leader).Head.Header("x-gateway-model")));
        Assert.Equal(("gpt-image-1", 1), ((await other).Head.Header("x-gateway-model"), (await other).Pictures.Count));
        Assert.Equal((isShared ? model : "gpt-image-1", 1), ((await same).Head.Header("x-gateway-model"), (await same).Pictures.Count));
        if (isShared)
            Assert.Equal((await leader).Hashes, (await same).Hashes);
    }

    [Fact]
    public async Task Follower_that_has_events_of_a_leader_that_broke_off_gets_the_picture()
    {
        gateway.Break(new Fault { HangAfterEvents = 1, CutAfterEvents = 2 }, times: 1);
        void Ask(JsonObject job)
        {
            West(job);
            Streaming(job);
        }

        var leader = gateway.AskAsync(_prompt, Ask);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the provider has it");
        var followers = new[] { gateway.AskAsync(_prompt, Ask), gateway.AskAsync(_prompt, Ask), gateway.AskAsync(_prompt, West) };
        await gateway.FollowersAsync(3);
        gateway.Release();
        Assert.Equal("error", (await leader).Events[^1].Type);
        foreach (var follower in followers)
        {
            Assert.Equal(200, (await follower).Status);
            Assert.Single((await follower).Hashes);
        }
        Assert.Equal(2, gateway.Calls(_prompt));
        Assert.All(followers.Take(2), follower => Assert.DoesNotContain(follower.Result.Events, item => item.Type == "error"));
        Assert.Equal(1, (await Task.WhenAll(followers.Select(async follower => (await gateway.Ledger.EntryAsync((await follower).Id)).End.Status))).Count(status => status == "completed"));
    }

    [Fact]
    public async Task Follower_that_comes_between_two_pictures_gets_each_once()
    {
        gateway.Break(new Fault { HangAfterEvents = 1 }, times: 1);
        using var leader = await gateway.SendAsync(_prompt, Two); // has its first picture
        var follower = await gateway.FollowAsync(_prompt, Two);
        Assert.Equal("coalesced", follower.Cache);
        Assert.Equal((await Reply.ReadAsync(leader)).Hashes.Order(), follower.Hashes.Order());
    }

    [Fact]
    public async Task Follower_that_has_a_picture_of_a_leader_that_broke_off_gets_none_of_another_flight()
    {
        gateway.Break(new Fault { HangAfterEvents = 0, CutAfterEvents = 1 }, times: 1);
        var leader = gateway.AskAsync(_prompt, Two);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the provider has it");
        var (follower, json) = (gateway.AskAsync(_prompt, Two), gateway.AskAsync(_prompt, job => job["n"] = 2));
        await gateway.FollowersAsync(2);
        gateway.Release();
        Assert.Equal((await leader).Events.Select(item => item.Type), (await follower).Events.Select(item => item.Type));
        Assert.Equal(["image_generation.completed", "error"], (await follower).Events.Select(item => item.Type));
        Assert.Equal(2, (await json).Pictures.Count);
        Assert.Equal("refused", (await gateway.Ledger.EntryAsync((await follower).Id)).End.Status);
        Assert.Equal(2, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task No_cache_joins_nobody()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var leader = gateway.AskAsync(_prompt);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the provider has it");
        Assert.Equal("bypass", (await gateway.AskAsync(_prompt, headers: ("Cache-Control", "no-cache"))).Cache);
        gateway.Release();
        Assert.Equal("miss", (await leader).Cache);
        Assert.Equal(2, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Followers_have_keys_of_their_own()
    {
        var keys = Enumerable.Range(0, 4).Select(i => ("Idempotency-Key", $"{_prompt} {i}")).ToList();
        var all = await TogetherAsync(4, i => gateway.AskAsync(_prompt, headers: keys[i]));
        Assert.Equal(["coalesced", "coalesced", "coalesced", "miss"], all.Select(reply => reply.Cache).Order());
        foreach (var key in keys)
            Assert.Equal("true", (await gateway.AskAsync(_prompt, headers: key)).Head.Header("idempotent-replayed"));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    private static void West(JsonObject job) => job["model"] = "west/gpt-image-1";

    private static void Streaming(JsonObject job) => (job["stream"], job["partial_images"]) = (true, 3);

    private static void Two(JsonObject job) => (job["stream"], job["n"]) = (true, 2);

    // Null: the answer broke off.
    private async Task<Reply?> ToldAsync()
    {
        try
        {
            return await gateway.AskAsync(_prompt, West);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private Task<IReadOnlyList<Reply>> AllAsync(int count, params Fault[] faults) => TogetherAsync(count, _ => gateway.AskAsync(_prompt, West), faults);

    // A call ends when all others follow; the faults are those of the calls, in order.
    private async Task<IReadOnlyList<T>> TogetherAsync<T>(int count, Func<int, Task<T>> ask, params Fault[] faults)
    {
        Fault[] each = faults.Length > 0 ? faults : [new Fault()];
        foreach (var fault in each)
            gateway.Break(fault with { Hang = true }, times: 1);
        var all = Enumerable.Range(0, count).Select(ask).ToList();
        for (var call = 1; call <= each.Length; call++)
        {
            await Until.TrueAsync(() => gateway.Calls(_prompt) == call, $"call {call} is made");
            await gateway.FollowersAsync(count - call);
            gateway.Release();
        }
        return await Task.WhenAll(all);
    }
}

public sealed class MemorySingleFlightTests(MemoryCachingGateway gateway) : SingleFlightTests(gateway), IClassFixture<MemoryCachingGateway>;

public sealed class RedisSingleFlightTests(RedisCachingGateway gateway) : SingleFlightTests(gateway), IClassFixture<RedisCachingGateway>;

/// <summary>Where nothing can be recorded, answers pass on all the same.</summary>
public sealed class ForgetfulTests(ForgetfulCachingGateway gateway) : IClassFixture<ForgetfulCachingGateway>
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";

    [Fact]
    public async Task Identical_jobs_are_each_answered_by_a_provider()
    {
        gateway.Break(new Fault { DelayMilliseconds = 200 }, times: 1);
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => gateway.AskAsync(_prompt)));
        Assert.All(all, reply => Assert.Equal((200, "miss", 1), (reply.Status, reply.Cache, reply.Pictures.Count)));
        Assert.Equal(4, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Client_that_leaves_ends_the_call_when_the_recording_was_given_up()
    {
        gateway.Break(new Fault { HangAfterEvents = 1 }, times: 1);
        using (await gateway.SendAsync(_prompt, job => (job["stream"], job["partial_images"]) = (true, 2))) { }
        await Until.TrueAsync(() => gateway.Log.Calls.Any(call => call.Fields.GetValueOrDefault("prompt") == _prompt && call.Aborted), "the provider's call is cancelled");
    }

    [Fact]
    public async Task Key_of_an_answer_that_was_not_kept_is_free()
    {
        for (var i = 0; i < 2; i++)
            Assert.Equal((200, null), await gateway.AskAsync(_prompt, key: Plain, headers: ("Idempotency-Key", _prompt)) is var reply ? (reply.Status, reply.Head.Header("idempotent-replayed")) : default);
    }
}
