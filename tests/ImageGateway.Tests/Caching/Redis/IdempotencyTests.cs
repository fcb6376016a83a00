using ImageGateway.Caching;
using ImageGateway.Caching.Redis;
using ImageGateway.Images;
using ImageGateway.Tests.Databases;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Caching.Redis;

/// <summary>A key whose claim is known and whose answer is somewhere else, where it cannot be read for a while.</summary>
[Collection(RedisCollection.Name)]
public sealed class IdempotencyTests
{
    [Fact]
    public async Task Answered_key_does_not_run_again_while_its_answer_cannot_be_read()
    {
        using var server = new RedisServer();
        using var connection = await RedisAnswerStoreTests.ConnectAsync(server);
        var keys = new Idempotency(new MemoryClaimStore(TimeProvider.System), new RedisAnswerStore(connection, TimeProvider.System), TimeProvider.System);
        await using (var first = await keys.BeginAsync(Request(), Ask()))
            await first!.KeepAsync(RecordedAnswers.Of(1_000));
        server.Kill();
        Assert.Equal(ErrorKind.StoreUnavailable, (await Assert.ThrowsAsync<GatewayException>(() => keys.BeginAsync(Request(), Ask()))).Error.Kind);
        server.Start();
        Assert.NotNull(await AgainAsync(keys));
    }

    // It did not renew its claim in time, and another took its place and gave an answer.
    [Fact]
    public async Task Answer_of_a_process_that_lost_its_key_does_not_replace_the_one_that_was_given()
    {
        using var server = new RedisServer();
        using var connection = await RedisAnswerStoreTests.ConnectAsync(server);
        var keys = new Idempotency(new RedisClaimStore(connection), new RedisAnswerStore(connection, TimeProvider.System), TimeProvider.System);
        await using var slow = await keys.BeginAsync(Request(), Ask());
        server.Command("FLUSHALL");
        await using (var next = await keys.BeginAsync(Request(), Ask()))
            await next!.KeepAsync(RecordedAnswers.Of(1_000));
        await slow!.KeepAsync(RecordedAnswers.Of(2_000));
        Assert.Equal(RecordedAnswers.Of(1_000).Bytes, (await AgainAsync(keys))!.Bytes);
    }

    // It may be a moment before the store is asked again.
    private static async Task<StoredAnswer?> AgainAsync(Idempotency keys)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var again = await keys.BeginAsync(Request(), Ask());
                return again!.Before;
            }
            catch (GatewayException) when (attempt < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    private static DefaultHttpContext Request()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["Idempotency-Key"] = "the key";
        return http;
    }

    private static ReplayAsk Ask()
    {
        var job = new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters(), Body = null! };
        var record = new JobRecord("id", new Caller("acme", "web", "acme/web", ["*"], Tier.Final), job, TimeProvider.System, _ => ValueTask.CompletedTask);
        return new ReplayAsk(record, null, [], new Lazy<string>("the body"), _ => false);
    }
}
