using ImageGateway.Caching;
using ImageGateway.Images;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Caching;

public sealed class IdempotencyTests
{
    // Time stands still here: whoever waits for room in this process's memory waits for ever.
    [Fact]
    public async Task Answer_that_has_no_room_in_memory_keeps_nobody_waiting()
    {
        var time = new ManualTime();
        var keys = new Idempotency(new MemoryClaimStore(time), new MemoryAnswerStore(1_000, time), time);
        await using (var first = await keys.BeginAsync(Request(), Ask()))
            Assert.True(first!.KeepAsync(RecordedAnswers.Of(100_000)).IsCompletedSuccessfully);
        await using var again = await keys.BeginAsync(Request(), Ask());
        Assert.Null(again!.Before);
    }

    private static DefaultHttpContext Request() => new() { Request = { Headers = { ["Idempotency-Key"] = "the key" } } };

    private static ReplayAsk Ask()
    {
        var job = new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters(), Body = null! };
        var record = new JobRecord("id", new Caller("acme", "web", "acme/web", ["*"], Tier.Final), job, TimeProvider.System, _ => ValueTask.CompletedTask);
        return new ReplayAsk(record, null, [], new Lazy<string>("the body"), _ => false);
    }
}
