using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>What an Idempotency-Key does, whatever keeps the answers; the tenant's cache is off.</summary>
public abstract class IdempotencyTests(CachingGateway gateway)
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";
    private readonly string _key = $"key {Guid.NewGuid():N} #1,;";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repeated_request_gets_the_stored_answer(bool stream)
    {
        void Ask(JsonObject job) => (job["stream"], job["partial_images"]) = (stream, stream ? 2 : null);
        var first = await KeyedAsync(Ask);
        var second = await KeyedAsync(Ask);
        Assert.Equal((200, 200, "bypass", "bypass"), (first.Status, second.Status, first.Cache, second.Cache));
        Assert.Equal((null, "true"), (first.Head.Header("idempotent-replayed"), second.Head.Header("idempotent-replayed")));
        Assert.Equal(first.Hashes, second.Hashes);
        if (stream)
            Assert.Equal(first.Body, second.Body);
        Assert.Equal(1, gateway.Calls(_prompt));
        Assert.NotEqual(first.Id, second.Id);
        var (paid, saved) = (await gateway.Ledger.EntryAsync(first.Id), await gateway.Ledger.EntryAsync(second.Id));
        Assert.Equal(("cached", paid.Charge.Charge, (0L, "none")), (saved.End.Status, saved.Number("avoided_cost"), saved.Charge));
    }

    [Fact]
    public async Task One_picture_asked_for_or_not_is_the_same_body()
    {
        await KeyedAsync();
        var again = await KeyedAsync(job => job["n"] = 1);
        Assert.Equal((200, "true", 1), (again.Status, again.Head.Header("idempotent-replayed"), gateway.Calls(_prompt)));
    }

    [Fact]
    public async Task Refusal_of_a_provider_is_repeated_with_its_status()
    {
        gateway.Break(new Fault { Status = 400, Body = JsonNode.Parse("""{"error":{"message":"Not that.","type":"image_generation_user_error","param":"prompt","code":"moderation_blocked","moderation_details":{"moderation_stage":"input","categories":["violence"]}}}""") }, times: 1);
        var (first, second) = (await KeyedAsync(), await KeyedAsync());
        Assert.Equal((400, 400), (first.Status, second.Status));
        Assert.True(JsonNode.DeepEquals(first.Json, second.Json), second.Json.ToJsonString());
        Assert.Equal("moderation_blocked", second.Code);
        Assert.Equal("true", second.Head.Header("idempotent-replayed"));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(409)]
    public async Task Failure_leaves_the_key_free(int status)
    {
        gateway.Break(new Fault { Status = status });
        try
        {
            Assert.NotEqual(200, (await KeyedAsync(job => job["model"] = "west/gpt-image-1")).Status);
        }
        finally
        {
            gateway.Mend();
        }
        Assert.Equal((200, null), await KeyedAsync(job => job["model"] = "west/gpt-image-1") is var reply ? (reply.Status, reply.Head.Header("idempotent-replayed")) : default);
    }

    [Fact]
    public async Task The_gateways_own_errors_leave_the_key_free()
    {
        Assert.Equal(404, (await KeyedAsync(job => job["model"] = "none")).Status);
        Assert.Equal(200, (await KeyedAsync()).Status);
    }

    [Fact]
    public async Task Key_in_use_is_a_conflict_until_its_answer_is_there()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var first = KeyedAsync();
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the first has reached the provider");
        var second = await KeyedAsync();
        Assert.Equal((409, "idempotency_in_flight", "1"), (second.Status, second.Code, second.Head.Header("retry-after")));
        Assert.Equal(422, (await KeyedAsync(job => job["quality"] = "high")).Status);
        gateway.Release();
        Assert.Equal(200, (await first).Status);
        Assert.Equal((await first).Hashes, (await KeyedAsync()).Hashes);
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Key_of_another_body_is_refused()
    {
        await KeyedAsync();
        foreach (var change in (Action<JsonObject>[])[job => job["quality"] = "high", job => job["user"] = "ann", job => job["stream"] = true, job => job["seed"] = 1])
        {
            var other = await KeyedAsync(change);
            Assert.Equal((422, "idempotency_mismatch"), (other.Status, other.Code));
        }
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Body_may_be_written_in_another_way()
    {
        var bodies = (string[])[$$"""{"model":"gpt-image-1","prompt":"{{_prompt}}","quality":"low"}""", $$""" { "quality": "\u006cow", "prompt": "{{_prompt}}", "model": "gpt-image-1" } """];
        var replayed = new List<string?>();
        foreach (var body in bodies)
        {
            using var response = await gateway.PostAsync(new Uri(gateway.Url, "/v1/images/generations"), new StringContent(body, Encoding.UTF8, "application/json"), Plain, [("Idempotency-Key", _key)]);
            replayed.Add((await Reply.ReadAsync(response)).Head.Header("idempotent-replayed"));
        }
        Assert.Equal([null, "true"], replayed);
    }

    [Fact]
    public async Task Form_may_have_another_boundary_and_order_but_not_another_picture()
    {
        async Task<int> EditAsync(string boundary, byte shade, bool promptFirst)
        {
            using var form = new MultipartFormDataContent(boundary);
            if (promptFirst)
                form.Add(new StringContent(_prompt), "prompt");
            form.Add(new ByteArrayContent(Pictures.Png(shade: shade)), "image", $"{boundary}.png");
            form.Add(new StringContent("gpt-image-1"), "model");
            if (!promptFirst)
                form.Add(new StringContent(_prompt), "prompt");
            using var response = await gateway.PostAsync(new Uri(gateway.Url, "/v1/images/edits"), form, Plain, [("Idempotency-Key", _key)]);
            return (await Reply.ReadAsync(response)).Status;
        }

        Assert.Equal((200, 200, 422), (await EditAsync("one", 1, true), await EditAsync("two", 1, false), await EditAsync("one", 2, true)));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Another_tenants_key_is_another_key()
    {
        await KeyedAsync();
        var other = await gateway.AskAsync(_prompt, key: Hasty, headers: ("Idempotency-Key", _key));
        Assert.Equal((200, null), (other.Status, other.Head.Header("idempotent-replayed")));
        Assert.Equal(200, (await gateway.AskAsync($"another {_prompt}", key: Acme, headers: ("Idempotency-Key", _key))).Status);
    }

    [Fact]
    public async Task No_store_does_not_switch_it_off_and_a_hit_is_left_for_the_key_too()
    {
        var first = await gateway.AskAsync(_prompt, headers: [("Idempotency-Key", _key), ("Cache-Control", "no-store")]);
        Assert.Equal("true", (await gateway.AskAsync(_prompt, headers: [("Idempotency-Key", _key), ("Cache-Control", "no-store")])).Head.Header("idempotent-replayed"));
        Assert.Equal("miss", (await gateway.AskAsync(_prompt)).Cache);
        Assert.Equal(("hit", null), await gateway.AskAsync(_prompt, headers: ("Idempotency-Key", $"{_key}2")) is var hit ? (hit.Cache, hit.Head.Header("idempotent-replayed")) : default);
        Assert.Equal("true", (await gateway.AskAsync(_prompt, headers: ("Idempotency-Key", $"{_key}2"))).Head.Header("idempotent-replayed"));
        Assert.Equal("bypass", first.Cache);
        Assert.Equal(2, gateway.Calls(_prompt));
    }

    // With a length it would end with its last byte, and be asked for again before its key has it.
    [Fact]
    public async Task Answer_that_was_there_already_ends_when_its_key_has_it_too()
    {
        await gateway.AskAsync(_prompt);
        using var bare = await gateway.SendAsync(_prompt);
        using var keyed = await gateway.SendAsync(_prompt, headers: [("Idempotency-Key", _key)]);
        Assert.Equal(("hit", "hit"), (bare.Header("x-gateway-cache"), keyed.Header("x-gateway-cache")));
        Assert.Equal((true, null), (bare.Content.Headers.ContentLength > 0, keyed.Content.Headers.ContentLength));
        Assert.Single((await Reply.ReadAsync(keyed)).Pictures);
    }

    [Fact]
    public async Task Addresses_are_repeated_as_they_were()
    {
        void Ask(JsonObject job) => (job["model"], job["quality"]) = ("dall-e-3", "standard");
        var (first, second) = (await KeyedAsync(Ask), await KeyedAsync(Ask));
        Assert.NotNull(first.Json["data"]![0]!["url"]);
        Assert.True(JsonNode.DeepEquals(first.Json, second.Json));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    public static TheoryData<string> BadKeys => new() { "", new string('a', 256), "a\u0001b", "a\u007Fb" };

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task Bad_key_is_refused(string key)
    {
        var reply = await gateway.AskAsync(_prompt, key: Plain, headers: ("Idempotency-Key", key));
        Assert.Equal((400, "invalid_value", "Idempotency-Key"), (reply.Status, reply.Code, (string?)reply.Json["error"]!["param"]));
        Assert.Equal(0, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Longest_key_is_taken() =>
        Assert.Equal(200, (await gateway.AskAsync(_prompt, key: Plain, headers: ("Idempotency-Key", $"{Guid.NewGuid():N}".PadRight(255, 'k')))).Status);

    [Theory]
    [InlineData("/openai/v1/images/generations")]
    [InlineData("/openai/images/generations")]
    [InlineData("/openai/deployments/gpt-image-1/images/generations")]
    public async Task Keys_count_at_every_path(string path)
    {
        for (var i = 0; i < 2; i++)
        {
            using var response = await gateway.PostAsync(new Uri(gateway.Url, path), new StringContent($$"""{"model":"gpt-image-1","prompt":"{{_prompt}}","quality":"low"}""", Encoding.UTF8, "application/json"), Plain, [("Idempotency-Key", _key)]);
            var reply = await Reply.ReadAsync(response);
            Assert.Equal((200, i == 0 ? null : "true"), (reply.Status, reply.Head.Header("idempotent-replayed")));
        }
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    private Task<Reply> KeyedAsync(Action<JsonObject>? change = null) => gateway.AskAsync(_prompt, change, Plain, ("Idempotency-Key", _key));
}

public sealed class MemoryIdempotencyTests(MemoryCachingGateway gateway) : IdempotencyTests(gateway), IClassFixture<MemoryCachingGateway>;

public sealed class RedisIdempotencyTests(RedisCachingGateway gateway) : IdempotencyTests(gateway), IClassFixture<RedisCachingGateway>;
