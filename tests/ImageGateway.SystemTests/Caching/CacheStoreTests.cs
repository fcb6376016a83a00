using System.Net;
using System.Text;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>What the failures of the store of answers are to clients: a miss.</summary>
public sealed class CacheStoreTests(RedisCachingGateway gateway) : IClassFixture<RedisCachingGateway>
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";

    [Fact]
    public async Task Altered_picture_is_drawn_again()
    {
        var first = await gateway.AskAsync(_prompt);
        Assert.Equal("hit", (await gateway.AskAsync(_prompt)).Cache);
        var chunks = gateway.Server.Command("EVAL \"return table.concat(redis.call('KEYS', '*:cache:*:0'), ' ')\" 0");
        foreach (var chunk in chunks.Split(' '))
            Assert.StartsWith(":", gateway.Server.Command($"SETRANGE {chunk} 1000 0123456789"), StringComparison.Ordinal);
        var again = await gateway.AskAsync(_prompt);
        Assert.Equal(("miss", first.Hashes[0]), (again.Cache, again.Hashes[0]));
        Assert.Equal("hit", (await gateway.AskAsync(_prompt)).Cache);
        Assert.Equal(2, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Full_store_keeps_nothing_and_fails_nobody()
    {
        Assert.StartsWith("+OK", gateway.Server.Command("CONFIG SET maxmemory 1"), StringComparison.Ordinal);
        try
        {
            for (var i = 0; i < 2; i++)
                Assert.Equal((200, "miss"), await gateway.AskAsync(_prompt) is var reply ? (reply.Status, reply.Cache) : default);
        }
        finally
        {
            gateway.Server.Command("CONFIG SET maxmemory 0");
        }
        await Until.TrueAsync(async () => (await gateway.AskAsync(_prompt)).Cache == "hit", "it keeps them again");
    }

    [Fact]
    public async Task Client_has_its_answer_while_the_store_takes_its_time()
    {
        gateway.Break(new Fault { Hang = true }, times: 1);
        var asking = gateway.AskAsync(_prompt);
        await Until.TrueAsync(() => gateway.Calls(_prompt) == 1, "the provider has it");
        Assert.StartsWith("+OK", gateway.Server.Command("CLIENT PAUSE 60000 WRITE"), StringComparison.Ordinal);
        try
        {
            gateway.Release();
            Assert.Single((await asking).Pictures);
            Assert.Equal(1, gateway.RunningJobs.Jobs); // which keeps it still
        }
        finally
        {
            gateway.Server.Command("CLIENT UNPAUSE");
        }
        await Until.TrueAsync(async () => (await gateway.AskAsync(_prompt)).Cache == "hit", "it is kept, or drawn again");
    }

    // Whoever is told that there is no picture forgets its address, and may keep that answer.
    [Fact]
    public async Task Hosted_picture_is_no_missing_one_while_the_store_is_gone()
    {
        var hosted = await gateway.AskAsync(_prompt, job => job["response_format"] = "url", Plain);
        var (address, id) = ((string)hosted.Json["data"]![0]!["url"]!, (string)hosted.Json["data"]![0]!["file_id"]!);
        using var anyone = new HttpClient();
        gateway.Server.Kill();
        try
        {
            using var picture = await anyone.GetAsync(address);
            await picture.ErrorAsync(503, "store_unavailable", null);
            using var body = new StringContent($$"""{"model":"gpt-image-1","prompt":"{{_prompt}}","images":[{"file_id":"{{id}}"}]}""", Encoding.UTF8, "application/json");
            using var edit = await gateway.PostAsync(new Uri(gateway.Url, "/v1/images/edits"), body, Plain, []);
            await edit.ErrorAsync(503, "store_unavailable", null);
        }
        finally
        {
            gateway.Server.Start();
        }
        await Until.TrueAsync(async () => (await anyone.GetAsync(address)).StatusCode == HttpStatusCode.OK, "it is back");
    }

    [Fact]
    public async Task Store_that_is_gone_is_a_miss_and_leaves_keys_unanswered()
    {
        Assert.Equal("miss", (await gateway.AskAsync(_prompt)).Cache);
        gateway.Server.Kill();
        try
        {
            foreach (var stream in (bool[])[false, true])
                Assert.Equal((200, "miss", 1), await gateway.AskAsync(_prompt, job => job["stream"] = stream) is var reply ? (reply.Status, reply.Cache, reply.Pictures.Count) : default);
            var keyed = await gateway.AskAsync(_prompt, null, Plain, ("Idempotency-Key", _prompt));
            Assert.Equal((503, "store_unavailable", "1"), (keyed.Status, keyed.Code, keyed.Head.Header("retry-after")));
            var hosted = await gateway.AskAsync(_prompt, job => job["response_format"] = "url", Plain);
            // What cannot be hosted is in the answer itself.
            Assert.Equal((200, 1, "response_format=url->b64_json"), (hosted.Status, hosted.Pictures.Count, hosted.Head.Header("x-gateway-adjusted")));
        }
        finally
        {
            gateway.Server.Start();
        }
        await Until.TrueAsync(async () => (await gateway.AskAsync(_prompt)).Cache == "hit", "it is back");
    }
}
