using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>What the result cache does, whatever it keeps its answers in.</summary>
public abstract class ResultCacheTests(CachingGateway gateway)
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";

    private protected CachingGateway Gateway => gateway;

    [Fact]
    public async Task Second_identical_job_gets_the_same_bytes_and_is_not_charged()
    {
        var first = await gateway.AskAsync(_prompt);
        var second = await gateway.AskAsync($" {_prompt}\n", job => (job["user"], job["n"], job["background"]) = ("ann", 1, "auto"));
        Assert.Equal((200, "miss", 200, "hit"), (first.Status, first.Cache, second.Status, second.Cache));
        Assert.Equal(first.Hashes, second.Hashes);
        Assert.True(JsonNode.DeepEquals(first.Json, second.Json));
        Assert.Equal(("gpt-image-1", "0", "true", null), (second.Head.Header("x-gateway-model"), second.Head.Header("x-gateway-attempts"), second.Head.Header("x-gateway-simulated"), second.Head.Header("x-gateway-target")));
        Assert.InRange(int.Parse(second.Head.Header("age")!), 0, 60);
        Assert.Null(first.Head.Header("age"));
        Assert.Equal(1, gateway.Calls(_prompt));

        var (paid, saved) = (await gateway.Ledger.EntryAsync(first.Id), await gateway.Ledger.EntryAsync(second.Id));
        Assert.Equal(("cached", null), saved.End);
        Assert.Equal((0, "none"), saved.Charge);
        Assert.Equal(paid.Charge.Charge, saved.Number("avoided_cost"));
        Assert.True(saved.Number("avoided_cost") > 0);
        Assert.Equal(0, paid.Number("avoided_cost"));
        Assert.Equal(("gpt-image-1", "low", "1024x1024", 1), (saved.Text("served_model"), saved.Text("quality"), saved.Text("size"), saved.Number("images")));
        Assert.Empty(saved.Attempts);
        await gateway.Ledger.CheckSumsAsync();
    }

    [Fact]
    public async Task Json_answer_is_replayed_as_events()
    {
        var first = await gateway.AskAsync(_prompt);
        var second = await gateway.AskAsync(_prompt, Streaming(partials: 2));
        Assert.Equal(("hit", "text/event-stream"), (second.Cache, second.Head.Content.Headers.ContentType?.MediaType));
        var only = Assert.Single(second.Events);
        Assert.Equal(("image_generation.completed", "image_generation.completed", "1024x1024"), (only.Name, only.Type, (string?)only.Data["size"]));
        Assert.True(JsonNode.DeepEquals(first.Json["usage"], only.Data["usage"]));
        Assert.True(JsonNode.DeepEquals(first.Json["created"], only.Data["created_at"]));
        Assert.Equal(first.Hashes, second.Hashes);
    }

    [Fact]
    public async Task Stream_is_replayed_with_its_partial_pictures_without_them_and_as_json()
    {
        var first = await gateway.AskAsync(_prompt, Streaming(partials: 2));
        var (same, fewer) = (await gateway.AskAsync(_prompt, Streaming(partials: 2)), await gateway.AskAsync(_prompt, Streaming(partials: 1)));
        var (bare, json) = (await gateway.AskAsync(_prompt, Streaming(partials: 0)), await gateway.AskAsync(_prompt));
        Assert.Equal(["miss", "hit", "hit", "hit", "hit"], new[] { first.Cache, same.Cache, fewer.Cache, bare.Cache, json.Cache });
        Assert.Equal(first.Body, same.Body);
        Assert.Equal((3, 2), (same.Events.Count, fewer.Events.Count));
        Assert.Single(bare.Events);
        Assert.Equal(first.Hashes, bare.Hashes);
        Assert.Equal(first.Hashes, json.Hashes);
        Assert.True(JsonNode.DeepEquals(first.Events[2].Data["usage"], json.Json["usage"]));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Theory]
    [InlineData("no-cache", "bypass", "hit")]
    [InlineData("max-age=0, No-Cache", "bypass", "hit")]
    [InlineData("no-store", "bypass", "miss")]
    [InlineData("no-cache, no-store", "bypass", "miss")]
    [InlineData("nonsense;=,,\"", "miss", "hit")]
    public async Task Cache_control_is_honoured_and_nonsense_ignored(string control, string first, string then)
    {
        Assert.Equal(first, (await gateway.AskAsync(_prompt, headers: ("Cache-Control", control))).Cache);
        Assert.Equal(then, (await gateway.AskAsync(_prompt)).Cache);
        Assert.Equal(first == "miss" ? "hit" : "bypass", (await gateway.AskAsync(_prompt, headers: ("Cache-Control", control))).Cache);
    }

    [Fact]
    public async Task Fresh_answer_takes_the_place_of_the_stored_one()
    {
        var first = await gateway.AskAsync(_prompt);
        gateway.Break(new Fault { DelayMilliseconds = 1100 }, times: 1); // its created is another second
        var fresh = await gateway.AskAsync(_prompt, headers: ("Cache-Control", "no-cache"));
        var hit = await gateway.AskAsync(_prompt);
        Assert.NotEqual((long)first.Json["created"]!, (long)fresh.Json["created"]!);
        Assert.True(JsonNode.DeepEquals(fresh.Json, hit.Json));
    }

    [Fact]
    public async Task Other_numbers_of_pictures_are_other_answers()
    {
        Assert.Single((await gateway.AskAsync(_prompt)).Pictures);
        var two = await gateway.AskAsync(_prompt, job => job["n"] = 2);
        Assert.Equal(("miss", 2), (two.Cache, two.Pictures.Count));
        var again = await gateway.AskAsync(_prompt, job => job["n"] = 2);
        Assert.Equal("hit", again.Cache);
        Assert.Equal(two.Hashes, again.Hashes);
    }

    [Fact]
    public async Task Fanned_out_answer_is_stored_whole()
    {
        void Ask(JsonObject job) => (job["model"], job["n"], job["quality"], job["response_format"]) = ("dall-e-3", 2, "standard", "b64_json");
        var (first, second) = (await gateway.AskAsync(_prompt, Ask), await gateway.AskAsync(_prompt, Ask));
        Assert.Equal(("miss", "hit", 2), (first.Cache, second.Cache, second.Pictures.Count));
        Assert.True(JsonNode.DeepEquals(first.Json["data"], second.Json["data"]));
        Assert.Equal(2, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Edits_are_known_by_the_bytes_of_their_pictures()
    {
        async Task<Reply> EditAsync(byte shade, string boundary)
        {
            using var form = new MultipartFormDataContent(boundary) { { new StringContent(_prompt), "prompt" }, { new StringContent("gpt-image-1"), "model" }, { new StringContent("low"), "quality" } };
            form.Add(new ByteArrayContent(Pictures.Png(shade: shade)), "image", $"{boundary}.png");
            using var response = await gateway.PostAsync(new Uri(gateway.Url, "/v1/images/edits"), form, Acme, []);
            return await Reply.ReadAsync(response);
        }

        var first = await EditAsync(1, "one");
        Assert.Equal(("miss", "hit", "miss"), (first.Cache, (await EditAsync(1, "two")).Cache, (await EditAsync(2, "one")).Cache));
        Assert.Equal("miss", (await gateway.AskAsync(_prompt)).Cache);
    }

    [Fact]
    public async Task Tenants_do_not_see_each_others_pictures_unless_both_share()
    {
        Assert.Equal("miss", (await gateway.AskAsync(_prompt, key: Acme)).Cache);
        Assert.Equal("miss", (await gateway.AskAsync(_prompt, key: Hasty)).Cache);
        Assert.Equal("miss", (await gateway.AskAsync(_prompt, key: Shy)).Cache);
        Assert.Equal("hit", (await gateway.AskAsync(_prompt, key: Shyer)).Cache);
        Assert.Equal("bypass", (await gateway.AskAsync(_prompt, key: Plain)).Cache);
        Assert.Equal(4, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Route_decides_over_its_tenant_but_not_what_the_tenant_shares()
    {
        Assert.Equal("bypass", (await gateway.AskAsync(_prompt, headers: Route("none"))).Cache);
        Assert.Equal("miss", (await gateway.AskAsync(_prompt, key: Plain, headers: Route("cached"))).Cache);
        Assert.Equal("hit", (await gateway.AskAsync(_prompt, key: Plain, headers: Route("cached"))).Cache);
        Assert.Equal("miss", (await gateway.AskAsync(_prompt, key: Acme, headers: Route("cached"))).Cache);
        Assert.Equal("miss", (await gateway.AskAsync(_prompt, key: Shy, headers: Route("cached"))).Cache);
        Assert.Equal("hit", (await gateway.AskAsync(_prompt, key: Shyer, headers: Route("cached"))).Cache);
    }

    [Fact]
    public async Task Answer_is_kept_under_the_model_that_drew_it()
    {
        gateway.Break(new Fault { Status = 500 }, account: "west", times: 1);
        var first = await gateway.AskAsync(_prompt, headers: Route("two"));
        Assert.Equal(("miss", "gpt-image-1-mini"), (first.Cache, first.Head.Header("x-gateway-model")));
        Assert.Equal("hit", (await gateway.AskAsync(_prompt, job => job["model"] = "gpt-image-1-mini")).Cache);
        var second = await gateway.AskAsync(_prompt, headers: Route("two"));
        Assert.Equal(("miss", "gpt-image-1"), (second.Cache, second.Head.Header("x-gateway-model")));
    }

    [Theory]
    [InlineData(true, 60_000)]
    [InlineData(false, 60_000)]
    public async Task Broken_answer_is_not_kept(bool stream, int bytes)
    {
        gateway.Break(new Fault { CutAfterBytes = bytes }, times: 1);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            // The connection may break before the client has read the head.
            using var broken = await gateway.SendAsync(_prompt, stream ? Streaming(2) : null);
            Assert.DoesNotContain("error", await broken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        });
        Assert.Equal("miss", (await gateway.AskAsync(_prompt)).Cache);
        Assert.Equal(2, gateway.Calls(_prompt));
        await Until.TrueAsync(() => gateway.Recorded == 0, "recordings are free");
    }

    [Fact]
    public async Task Refusal_and_failure_are_not_kept_without_a_key()
    {
        gateway.Break(new Fault { Status = 400 }, times: 1);
        Assert.Equal((400, "miss"), Seen(await gateway.AskAsync(_prompt)));
        Assert.Equal((200, "miss"), Seen(await gateway.AskAsync(_prompt)));
    }

    [Fact]
    public async Task Addresses_at_a_provider_are_not_cached()
    {
        void Ask(JsonObject job) => (job["model"], job["quality"]) = ("dall-e-3", "standard");
        Assert.Equal("bypass", (await gateway.AskAsync(_prompt, Ask)).Cache);
        Assert.Equal("bypass", (await gateway.AskAsync(_prompt, Ask)).Cache);
        Assert.Equal(2, gateway.Calls(_prompt));
    }

    // 272 tokens of a low picture cost about 0.0109 USD; there is room for one.
    [Fact]
    public async Task Hits_take_nothing_of_a_budget()
    {
        Assert.Equal(200, (await gateway.AskAsync("p", key: Poor)).Status);
        Assert.Equal(429, (await gateway.AskAsync("q", key: Poor)).Status);
        for (var i = 0; i < 3; i++)
            Assert.Equal((200, "hit"), Seen(await gateway.AskAsync("p", key: Poor)));
    }

    [Fact]
    public async Task Requests_a_minute_count_hits_too()
    {
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
            statuses.Add((await gateway.AskAsync(_prompt, key: Counted)).Status);
        Assert.Equal([200, 200, 200, 429], statuses);
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    private protected static Action<JsonObject> Streaming(int partials) => job => (job["stream"], job["partial_images"]) = (true, partials);

    private static (int, string) Seen(Reply reply) => (reply.Status, reply.Cache);

    private static (string, string) Route(string name) => ("X-Gateway-Tags", $"route={name}");
}

public sealed class MemoryResultCacheTests(MemoryCachingGateway gateway) : ResultCacheTests(gateway), IClassFixture<MemoryCachingGateway>;

public sealed class RedisResultCacheTests(RedisCachingGateway gateway) : ResultCacheTests(gateway), IClassFixture<RedisCachingGateway>;
