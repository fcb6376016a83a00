using System.Globalization;
using System.Text.Json.Nodes;
using ImageGateway.Caching;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.AsyncClient;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>Jobs whose answers are fetched, whatever keeps them.</summary>
public abstract class AsyncTests(CachingGateway gateway) : IAsyncLifetime
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";
    private readonly AsyncClient _client = new();

    public Task InitializeAsync()
    {
        gateway.Mend();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await Until.TrueAsync(() => gateway.RunningJobs is { Count: 0, Jobs: 0 } && gateway.Recorded == 0, "nothing is left of it");
        await Until.TrueAsync(async () => await gateway.Ledger.CountAsync("intents") == 0, "every job is closed");
        await gateway.Ledger.CheckSumsAsync();
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(Acme)]
    public async Task Answer_is_fetched_when_it_is_there(string key)
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var job = await BeginAsync(key: key);
        Fetched? meanwhile = null;
        await Until.TrueAsync(async () => (meanwhile = await _client.GetAsync(job, key)).State == "running", "it runs");
        Assert.Equal((202, "1", 1, null), (meanwhile!.Status, meanwhile.Head.Header("retry-after"), meanwhile.Job["attempts"]!.AsArray().Count, (decimal?)meanwhile.Job["charge_usd"]));
        gateway.Release();
        var end = await _client.EndAsync(job, key);
        Assert.Equal((200, "completed", "usage", 1), (end.Status, end.State, (string?)end.Job["basis"], (int)end.Job["images"]!));
        Assert.Equal((await gateway.AskAsync(_prompt, key: key, headers: ("Cache-Control", "no-cache"))).Hashes, end.Hashes);
        Assert.Equal(end.Hashes, (await _client.GetAsync(job, key)).Hashes);
        var entry = await gateway.Ledger.EntryAsync((string)end.Job["id"]!);
        Assert.Equal((("completed", null), (decimal)end.Job["charge_usd"]! * 1_000_000_000), (entry.End, (decimal)entry.Charge.Charge));
        Assert.True(entry.Charge.Charge > 0);
    }

    [Fact]
    public async Task Addresses_and_hits_are_answers_too()
    {
        var url = await EndAsync(job => (job["model"], job["quality"]) = ("dall-e-3", "standard"));
        Assert.StartsWith("http", (string?)url.Job["response"]!["data"]![0]!["url"], StringComparison.Ordinal);
        var hosted = await EndAsync(job => job["response_format"] = "url");
        Assert.StartsWith($"{gateway.Url}v1/images/files/", (string?)hosted.Job["response"]!["data"]![0]!["url"], StringComparison.Ordinal);
        var first = await gateway.AskAsync(_prompt);
        var hit = await _client.EndAsync(await BeginAsync(key: Acme), Acme);
        Assert.Equal(("completed", 0m, "none"), (hit.State, (decimal)hit.Job["charge_usd"]!, (string?)hit.Job["basis"]));
        Assert.Equal(first.Hashes, hit.Hashes);
    }

    [Fact]
    public async Task Refusal_of_a_provider_is_told_as_a_failed_job()
    {
        gateway.Break(new Fault { Status = 400, Body = JsonNode.Parse("""{"error":{"message":"Not that.","type":"image_generation_user_error","param":"prompt","code":"moderation_blocked"}}""") }, times: 1);
        var end = await EndAsync();
        Assert.Equal((200, "failed", "moderation_blocked", "image_generation_user_error"), (end.Status, end.State, end.Code, (string?)end.Job["error"]!["type"]));
        Assert.Null(end.Job["response"]);
        Assert.Equal(("refused", "moderation_blocked"), (await gateway.Ledger.EntryAsync((string)end.Job["id"]!)).End);
    }

    [Fact]
    public async Task Answer_that_breaks_off_is_a_failed_job()
    {
        var length = (await gateway.AskAsync(_prompt, key: Plain)).Body.Length;
        gateway.Break(new Fault { CutAfterBytes = length * 3 / 4 }, times: 1);
        var end = await EndAsync();
        Assert.Equal(("failed", "upstream_error"), (end.State, end.Code));
    }

    [Fact]
    public async Task Budget_that_has_no_room_is_told_at_once()
    {
        var refused = await gateway.AskAsync(_prompt, job => job["n"] = 4, Poor, Prefer);
        Assert.Equal((429, "insufficient_quota", "false"), (refused.Status, refused.Code, refused.Head.Header("x-should-retry")));
        Assert.Equal(("refused", "insufficient_quota"), (await gateway.Ledger.EntryAsync(refused.Id)).End);
        Assert.Equal(404, (await _client.GetAsync(new Uri(gateway.Url, $"/v1/images/jobs/{refused.Id}"), Plain)).Status);
        Assert.Equal(0, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Refusal_that_is_known_by_its_key_is_told_at_once()
    {
        gateway.Break(new Fault { Status = 400, Body = JsonNode.Parse("""{"error":{"message":"Not that.","type":"image_generation_user_error","param":"prompt","code":"moderation_blocked"}}""") }, times: 1);
        var key = ("Idempotency-Key", _prompt);
        Assert.Equal("failed", (await _client.EndAsync(await BeginAsync(headers: key), Plain)).State);
        var again = await gateway.AskAsync(_prompt, null, Plain, Prefer, key);
        Assert.Equal((400, "moderation_blocked", "true"), (again.Status, again.Code, again.Head.Header("idempotent-replayed")));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Job_that_waits_for_an_identical_one_is_accepted_before_that_is_answered()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        using var leaving = new CancellationTokenSource();
        var leader = gateway.SendAsync(_prompt, key: Hasty, cancellationToken: leaving.Token);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the provider has it");
        var job = await BeginAsync(key: Hasty);
        Assert.Equal((202, "queued"), await _client.GetAsync(job, Hasty) is var waiting ? (waiting.Status, waiting.State) : default);
        Assert.Equal((200, "cancelled"), await _client.DeleteAsync(job, Hasty) is var cancelled ? (cancelled.Status, cancelled.State) : default);
        await Until.TrueAsync(() => gateway.Flights.Followers == 0, "it waits no more");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Answer_that_made_room_for_others_is_gone()
    {
        var job = await BeginAsync();
        Assert.Equal("completed", (await _client.EndAsync(job, Plain)).State);
        // As if so many came after it.
        var others = new StoredAnswer { IsStream = false, Pictures = [new StoredPicture(new PictureBytes([new byte[100_000]]), "")] };
        Assert.True(await gateway.Answers.KeepAsync(new Partition("plain", "jobs", others.Bytes), "another", others, TimeSpan.FromMinutes(1)));
        Assert.Equal((503, "store_unavailable"), await _client.GetAsync(job, Plain) is var gone ? (gone.Status, gone.Code) : default);
    }

    [Fact]
    public async Task Above_256_jobs_without_clients_no_more_are_taken()
    {
        var others = RunningJobs.Most - gateway.RunningJobs.Count;
        Assert.All(Enumerable.Range(0, others), _ => Assert.True(gateway.RunningJobs.TryEnter()));
        try
        {
            var refused = await gateway.AskAsync(_prompt, null, Plain, Prefer);
            Assert.Equal((503, "overloaded", "1"), (refused.Status, refused.Code, refused.Head.Header("retry-after")));
        }
        finally
        {
            for (var i = 0; i < others; i++)
                gateway.RunningJobs.Leave();
        }
        Assert.Equal(0, gateway.Calls(_prompt));
        Assert.Equal("completed", (await EndAsync()).State);
    }

    [Theory]
    [InlineData(Plain, false)]
    [InlineData(Acme, false)]
    [InlineData(Plain, true)]
    public async Task Cancelled_job_ends_its_call_and_is_settled(string key, bool isKeyed)
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var job = await BeginAsync(key: key, headers: isKeyed ? [("Idempotency-Key", _prompt)] : []);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "its call is made");
        var cancelled = await _client.DeleteAsync(job, key);
        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.State));
        await Until.TrueAsync(() => gateway.Log.Calls.Any(call => call.Fields.GetValueOrDefault("prompt") == _prompt && call.Aborted), "the provider's call is cancelled");
        var entry = await gateway.Ledger.EntryAsync((string)cancelled.Job["id"]!);
        Assert.Equal((("failed", "client_disconnected"), "estimate"), (entry.End, entry.Charge.Basis));
        var later = await _client.GetAsync(job, key);
        Assert.Equal((200, "cancelled", "estimate"), (later.Status, later.State, (string?)later.Job["basis"]));
    }

    [Fact]
    public async Task Job_that_is_over_stays_as_it_is()
    {
        var job = await BeginAsync();
        var end = await _client.EndAsync(job, Plain);
        var deleted = await _client.DeleteAsync(job, Plain);
        Assert.Equal((200, "completed"), (deleted.Status, deleted.State));
        Assert.Equal(end.Hashes, (await _client.GetAsync(job, Plain)).Hashes);
    }

    [Fact]
    public async Task Other_tenants_find_nothing()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var job = await BeginAsync();
        foreach (var fetched in (Fetched[])[await _client.GetAsync(job, Acme), await _client.DeleteAsync(job, Acme), await _client.DeleteAsync(new Uri(gateway.Url, $"/v1/images/jobs/{Guid.NewGuid()}"), Plain)])
            Assert.Equal((404, "not_found"), (fetched.Status, fetched.Code));
        gateway.Release();
        Assert.Equal("completed", (await _client.EndAsync(job, Plain)).State);
        Assert.Equal(404, (await _client.GetAsync(job, Acme)).Status);
    }

    [Fact]
    public async Task Job_with_a_client_is_not_cancelled_by_its_address()
    {
        gateway.Break(new Fault { HangAfterEvents = 1 }, times: 1);
        using (var stream = await gateway.SendAsync(_prompt, job => (job["stream"], job["partial_images"]) = (true, 2), Plain))
        {
            var address = new Uri(gateway.Url, $"/v1/images/jobs/{stream.Header("x-request-id")}");
            await Until.TrueAsync(async () => (await _client.GetAsync(address, Plain)).State == "running", "the ledger knows it");
            Assert.Equal((409, "conflict"), await _client.DeleteAsync(address, Plain) is var refused ? (refused.Status, refused.Code) : default);
        }
    }

    [Theory]
    [InlineData("stream", "true", 400, "invalid_value")]
    [InlineData("size", "\"7x7\"", 400, "invalid_value")]
    [InlineData("model", "\"none\"", 404, "model_not_found")]
    public async Task Wrong_requests_are_refused_at_once(string member, string value, int status, string code)
    {
        var reply = await gateway.AskAsync(_prompt, job => job[member] = JsonNode.Parse(value), Plain, Prefer);
        Assert.Equal((status, code, member), (reply.Status, reply.Code, (string?)reply.Json["error"]!["param"]));
        Assert.Equal(("refused", code), (await gateway.Ledger.EntryAsync(reply.Id)).End);
        Assert.Equal(0, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Files_of_an_edit_outlive_its_request()
    {
        gateway.Break(new Fault { Status = 500, Hang = true }, times: 1);
        using var form = new MultipartFormDataContent { { new StringContent(_prompt), "prompt" }, { new StringContent("gpt-image-1"), "model" }, { new ByteArrayContent(Pictures.Png(1024, 1024, shade: 7)), "image", "a.png" } };
        using var response = await gateway.PostAsync(new Uri(gateway.Url, "/openai/v1/images/edits"), form, Plain, [Prefer]);
        gateway.Release();
        var end = await _client.EndAsync(await LocationAsync(gateway.Url, response), Plain);
        Assert.Equal(("completed", 2), (end.State, end.Job["attempts"]!.AsArray().Count));
        Assert.Single(end.Hashes);
    }

    [Fact]
    public async Task Repeated_request_with_its_key_gets_the_same_job_and_later_the_same_answer()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var key = ("Idempotency-Key", _prompt);
        var first = await BeginAsync(headers: key);
        Assert.Equal(first, await BeginAsync(headers: key));
        Assert.Equal(422, (await gateway.AskAsync(_prompt, job => job["quality"] = "high", Plain, Prefer, key)).Status);
        Assert.Equal(409, (await gateway.AskAsync(_prompt, key: Plain, headers: key)).Status);
        gateway.Release();
        var end = await _client.EndAsync(first, Plain);
        var again = await BeginAsync(headers: key);
        Assert.NotEqual(first, again);
        Assert.Equal(end.Hashes, (await _client.EndAsync(again, Plain)).Hashes);
        Assert.Equal(end.Hashes, (await gateway.AskAsync(_prompt, key: Plain, headers: key)).Hashes);
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    private async Task<Uri> BeginAsync(Action<JsonObject>? change = null, string key = Plain, params (string Name, string Value)[] headers)
    {
        using var response = await gateway.SendAsync(_prompt, change, key, [Prefer, .. headers]);
        return await LocationAsync(gateway.Url, response);
    }

    [Fact]
    public async Task Accepted_job_says_what_is_held_for_it()
    {
        using var accepted = await gateway.SendAsync(_prompt, null, Plain, [Prefer]);
        var job = await LocationAsync(gateway.Url, accepted);
        Assert.True(decimal.Parse(accepted.Header("x-gateway-reserved-usd")!, CultureInfo.InvariantCulture) > 0);
        Assert.Equal("completed", (await _client.EndAsync(job, Plain)).State);
    }

    private async Task<Fetched> EndAsync(Action<JsonObject>? change = null, string key = Plain) => await _client.EndAsync(await BeginAsync(change, key), key);
}

public sealed class MemoryAsyncTests(MemoryCachingGateway gateway) : AsyncTests(gateway), IClassFixture<MemoryCachingGateway>;

public sealed class RedisAsyncTests(RedisCachingGateway gateway) : AsyncTests(gateway), IClassFixture<RedisCachingGateway>;
