using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using ImageGateway.Caching;
using ImageGateway.Images;
using static ImageGateway.Tests.Caching.RecordedAnswers;

namespace ImageGateway.Tests.Caching;

public sealed class AnswerRecordingTests
{
    private readonly BlockPool _pool = new();
    private readonly BufferBudget _budget = new(1 << 20);

    [Fact]
    public async Task Client_that_leaves_does_not_end_the_recording()
    {
        var text = Encoding.UTF8.GetBytes(Json([1, 2, 3]));
        using var recording = new AnswerRecording(_pool, _budget);
        var pipe = new Pipe();
        using var tee = new Tee(pipe.Writer, recording, _pool, default);
        await tee.WriteAsync(text.AsMemory(0, 10));
        await pipe.Reader.CompleteAsync();
        Assert.False((await tee.WriteAsync(text.AsMemory(10, 10))).IsCompleted);
        Assert.False((await tee.WriteAsync(text.AsMemory(20))).IsCompleted);
        recording.End();
        Assert.Equal(new byte[] { 1, 2, 3 }, recording.Answer()!.Pictures[0].Bytes.Sequence.ToArray());
    }

    [Fact]
    public async Task Without_client_and_without_room_the_pipe_has_ended()
    {
        using var recording = new AnswerRecording(_pool, new BufferBudget(100_000));
        var pipe = new Pipe();
        using var tee = new Tee(pipe.Writer, recording, _pool, default);
        await pipe.Reader.CompleteAsync();
        Assert.False((await tee.WriteAsync(Encoding.UTF8.GetBytes("{\"data\":[{\"b64_json\":\""))).IsCompleted);
        Assert.False((await tee.WriteAsync(Encoding.UTF8.GetBytes(new string('A', 100_000)))).IsCompleted);
        Assert.True((await tee.WriteAsync(Encoding.UTF8.GetBytes(new string('A', 100_000)))).IsCompleted);
    }

    [Fact]
    public async Task Client_gets_the_answer_whole_when_the_recording_is_given_up()
    {
        using var recording = new AnswerRecording(_pool, new BufferBudget(0));
        var (pipe, text) = (new Pipe(new PipeOptions(pauseWriterThreshold: 0)), Encoding.UTF8.GetBytes(Json(new byte[100_000])));
        using var tee = new Tee(pipe.Writer, recording, _pool, default);
        Assert.False((await tee.WriteAsync(text)).IsCompleted);
        Assert.False(recording.IsKept);
        Assert.Null(recording.Answer());
        Assert.Equal(text, (await pipe.Reader.ReadAsync()).Buffer.ToArray());
    }

    // A picture of three bytes takes as much memory as one of fifty thousand.
    [Fact]
    public void Answer_of_more_pictures_than_any_job_has_is_not_kept()
    {
        using var recording = new AnswerRecording(_pool, _budget);
        var text = Encoding.UTF8.GetBytes(Json([.. Enumerable.Repeat(new byte[] { 1, 2, 3 }, 5000)]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        recording.Append(text);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        Assert.False(recording.IsKept);
        Assert.Equal(0, _budget.Held);
    }

    [Fact]
    public void Pictures_take_of_the_budget_until_the_recorder_goes()
    {
        using (var recording = new AnswerRecording(_pool, _budget))
        {
            recording.Append(Encoding.UTF8.GetBytes(Json(new byte[200_000])));
            Assert.InRange(_budget.Held, 100_000, 250_000);
        }
        Assert.Equal(0, _budget.Held);
    }

    // What one answer was kept in may hold another one's picture only when nobody holds the first any more.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Blocks_of_a_picture_go_to_the_next_one_when_nobody_holds_it(bool isRead)
    {
        var (store, partition) = (new MemoryAnswerStore(1 << 20, TimeProvider.System), new Partition("acme", "cache", 1 << 20));
        var (first, second) = (new Random(1).Bytes(200_000), new Random(2).Bytes(200_000));
        var kept = await KeepAsync(store, partition, first);
        if (isRead)
            Assert.NotNull(await store.FindAsync(partition, "key"));
        await KeepAsync(store, partition, new Random(3).Bytes(3)); // in its place
        await KeepAsync(store, partition, second);
        Assert.Equal(isRead, kept.ToArray().AsSpan().SequenceEqual(first));
        Assert.Equal(second, (await store.FindAsync(partition, "key"))!.Pictures[0].Bytes.Sequence.ToArray());
    }

    private async Task<ReadOnlySequence<byte>> KeepAsync(MemoryAnswerStore store, Partition partition, byte[] picture)
    {
        using var recording = new AnswerRecording(_pool, _budget);
        recording.Append(Encoding.UTF8.GetBytes(Json(picture)));
        recording.End();
        var answer = recording.Answer()!;
        Assert.True(await store.KeepAsync(partition, "key", answer, TimeSpan.FromHours(1)));
        return answer.Pictures[0].Bytes.Sequence;
    }
}
