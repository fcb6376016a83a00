using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using ImageGateway.Caching;
using ImageGateway.Images;
using static ImageGateway.Tests.Caching.RecordedAnswers;

namespace ImageGateway.Tests.Caching;

/// <summary>A response that goes ahead of a client which does not read.</summary>
public sealed class BacklogTests : IDisposable
{
    private readonly BlockPool _pool = new();
    private readonly BufferBudget _budget = new(1 << 20);
    private readonly Pipe _client = new(new PipeOptions(pauseWriterThreshold: 1000, resumeWriterThreshold: 500));
    private readonly byte[] _bytes = Encoding.ASCII.GetBytes(Json(RandomNumberGenerator.GetBytes(300_000)));

    public void Dispose() => _pool.Dispose();

    [Fact]
    public async Task Client_gets_every_byte_at_its_own_pace()
    {
        using var recording = new AnswerRecording(_pool, _budget);
        using var tee = new Tee(_client.Writer, recording, _pool, default);
        await AheadAsync(tee);
        foreach (var piece in _bytes[100_000..^100].Chunk(20_000))
            Assert.False((await tee.WriteAsync(piece)).IsCompleted);
        tee.Write(_bytes.AsSpan()[^100..]); // the end of a response need not be flushed
        var (end, read) = (tee.CatchUpAsync(), ReadAsync());
        await end;
        await _client.Writer.CompleteAsync();
        Assert.Equal(_bytes, await read);
    }

    [Fact]
    public async Task Beyond_the_budget_the_writer_waits_for_the_client()
    {
        // The recording is given up, and leaves it to the backlog.
        var scant = new BufferBudget(60_000);
        using var recording = new AnswerRecording(_pool, scant);
        using var tee = new Tee(_client.Writer, recording, _pool, default);
        await AheadAsync(tee);
        Assert.True(tee.WriteAsync(_bytes.AsMemory(100_000, 50_000)).AsTask().IsCompletedSuccessfully);
        var waiting = tee.WriteAsync(_bytes.AsMemory(150_000, 150_000)).AsTask();
        tee.GoAhead();
        Assert.False(waiting.IsCompleted);
        var read = ReadAsync();
        Assert.False((await waiting).IsCompleted);
        await tee.WriteAsync(_bytes.AsMemory(300_000));
        await tee.CatchUpAsync();
        await _client.Writer.CompleteAsync();
        Assert.Equal(_bytes, await read);
        recording.Dispose();
        Assert.Equal(0, scant.Held);
    }

    [Theory]
    [InlineData(1 << 20, true)]
    [InlineData(60_000, false)]
    public async Task After_the_client_has_left_the_recording_goes_on_alone_and_the_memory_is_free(int budget, bool isKept)
    {
        var room = new BufferBudget(budget);
        var recording = new AnswerRecording(_pool, room);
        using var tee = new Tee(_client.Writer, recording, _pool, default);
        await AheadAsync(tee);
        var writing = tee.WriteAsync(_bytes.AsMemory(100_000, 200_000)).AsTask();
        await _client.Reader.CompleteAsync();
        Assert.Equal(!isKept, (await writing).IsCompleted);
        Assert.Equal(!isKept, (await tee.WriteAsync(_bytes.AsMemory(300_000))).IsCompleted);
        await tee.CatchUpAsync();
        recording.Dispose();
        Assert.Equal(0, room.Held);
    }

    [Fact]
    public async Task Writer_that_does_not_wait_for_its_client_stays_with_it()
    {
        using var recording = new AnswerRecording(_pool, _budget);
        using var tee = new Tee(_client.Writer, recording, _pool, default);
        tee.GoAhead();
        Assert.False((await tee.WriteAsync(_bytes.AsMemory(0, 100))).IsCanceled);
        tee.GoAhead();
        Assert.False(tee.WriteAsync(_bytes.AsMemory(100, 1000)).AsTask().IsCompleted);
        Assert.False(tee.IsAhead);
    }

    [Fact]
    public async Task Failure_of_the_clients_pipe_is_the_writers()
    {
        using var recording = new AnswerRecording(_pool, _budget);
        using var tee = new Tee(_client.Writer, recording, _pool, default);
        await AheadAsync(tee);
        await _client.Reader.CompleteAsync(new NotSupportedException());
        await Assert.ThrowsAsync<NotSupportedException>(() => WriteOnAsync(tee));
        await Assert.ThrowsAsync<NotSupportedException>(tee.CatchUpAsync);
    }

    private static async Task WriteOnAsync(Tee tee)
    {
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(60); await Task.Yield())
            await tee.WriteAsync(new byte[1]);
    }

    // The client does not read, until somebody else cannot wait any longer.
    private async Task AheadAsync(Tee tee)
    {
        var writing = tee.WriteAsync(_bytes.AsMemory(0, 100_000)).AsTask();
        Assert.False(writing.IsCompleted);
        tee.GoAhead();
        Assert.False((await writing).IsCanceled);
        Assert.True(tee.IsAhead);
    }

    private async Task<byte[]> ReadAsync()
    {
        using var all = new MemoryStream();
        await _client.Reader.CopyToAsync(all);
        return all.ToArray();
    }
}
