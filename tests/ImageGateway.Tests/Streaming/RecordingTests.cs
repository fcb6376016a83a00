using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Tests.Streaming;

public sealed class RecordingTests
{
    private readonly BlockPool _pool = new();

    [Fact]
    public void Bytes_are_kept_as_they_came_in_any_pieces() => Properties.Hold(50, random =>
    {
        var budget = new BufferBudget(1 << 20);
        var bytes = random.Bytes(random.Next(0, 300_000));
        using (var recording = new Recording(_pool, budget))
        {
            foreach (var piece in random.Pieces(bytes, 100_000))
                recording.Append(piece.Span);
            recording.End();
            Assert.True(recording.IsKept);
            Assert.Equal(bytes, ReadAllAsync(recording).GetAwaiter().GetResult());
        }
        Assert.Equal(0, budget.Held);
    });

    [Fact]
    public void Over_the_budget_the_recording_is_given_up_and_its_memory_is_free()
    {
        var budget = new BufferBudget(2 * BlockPool.BlockSize);
        using var recording = new Recording(_pool, budget);
        recording.Append(new byte[2 * BlockPool.BlockSize]);
        Assert.True(recording.IsKept);
        recording.Append(new byte[1]);
        Assert.False(recording.IsKept);
        Assert.Equal(0, budget.Held);
        recording.Append(new byte[1]);
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public async Task Reader_follows_what_is_written_to_its_end()
    {
        using var recording = new Recording(_pool, new BufferBudget(1 << 20));
        var expected = new Random(1).Bytes(200_000);
        var reading = Task.Run(() => ReadAllAsync(recording));
        foreach (var piece in new Random(2).Pieces(expected, 30_000))
        {
            recording.Append(piece.Span);
            await Task.Yield();
        }
        recording.End();
        Assert.Equal(expected, await reading);
    }

    [Fact]
    public async Task Reader_that_joined_keeps_the_memory_after_the_owner_left()
    {
        var budget = new BufferBudget(1 << 20);
        var recording = new Recording(_pool, budget);
        recording.Append("abc"u8);
        recording.Use.Join();
        recording.End();
        recording.Dispose();
        Assert.Equal("abc"u8.ToArray(), (await recording.ReadAsync(0, default)).ToArray());
        recording.Use.Leave();
        Assert.Equal(0, budget.Held);
        Assert.True((await recording.ReadAsync(0, default)).IsEmpty);
    }

    private static async Task<byte[]> ReadAllAsync(Recording recording)
    {
        using var read = new MemoryStream();
        while (await recording.ReadAsync(read.Length, default) is { IsEmpty: false } piece)
            await read.WriteAsync(piece);
        return read.ToArray();
    }
}
