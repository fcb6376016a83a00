using System.Text;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Streaming;
using static ImageGateway.Tests.Caching.RecordedAnswers;

namespace ImageGateway.Tests.Caching;

public sealed class LiveEventsTests
{
    private readonly BlockPool _pool = new();

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public void Whoever_joins_gets_every_event_that_begins_later(string lineEnd) => Properties.Hold(150, random =>
    {
        var events = Enumerable.Range(0, 4).Select(i => Partial(random.Bytes(random.Next(1, 3_000)), i).Replace("\n", lineEnd, StringComparison.Ordinal)).ToList();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(events));
        var joined = random.Chance(30) ? events.Take(random.Next(0, 5)).Sum(item => item.Length) : random.Next(0, bytes.Length + 1);
        using var recording = new AnswerRecording(_pool, new BufferBudget(1 << 20));
        foreach (var piece in random.Pieces(bytes.AsMemory(0, joined)))
            recording.Append(piece.Span);
        using var other = random.Chance(50) ? recording.Follow() : null;
        var reading = ReadAsync(recording.Follow()!);
        foreach (var piece in random.Pieces(bytes.AsMemory(joined)))
            recording.Append(piece.Span);
        recording.End();

        var (begin, expected) = (0, new List<string>());
        foreach (var item in events)
        {
            if (begin >= joined)
                expected.Add(item.Trim());
            begin += item.Length;
        }
        Assert.Equal(expected, reading.GetAwaiter().GetResult());
    });

    [Fact]
    public async Task Event_that_is_cut_is_none()
    {
        using var recording = new AnswerRecording(_pool, new BufferBudget(1 << 20));
        using var events = recording.Follow()!;
        recording.Append("data: {\"a\":1}\n\ndata: {\"b\":2}\n"u8);
        recording.End();
        Assert.NotNull(await events.NextAsync(default));
        Assert.Null(await events.NextAsync(default));
        Assert.Null(recording.Follow());
    }

    [Fact]
    public async Task Nothing_comes_where_there_is_no_room()
    {
        using var recording = new AnswerRecording(_pool, new BufferBudget(0));
        using var events = recording.Follow()!;
        var next = events.NextAsync(default);
        recording.Append("data: {}\n\n"u8);
        Assert.Null(await next);
    }

    [Fact]
    public async Task Event_that_has_come_is_read_whole_when_the_recording_is_given_up()
    {
        var item = Completed(new Random(1).Bytes(70_000));
        var budget = new BufferBudget(2 * BlockPool.BlockSize);
        using (var recording = new Recording(_pool, budget))
        {
            recording.TryJoin();
            using var events = new LiveEvents(recording, 0, isFromStart: true);
            recording.Append(Encoding.UTF8.GetBytes(item));
            var place = (await events.NextAsync(default))!.Value;
            recording.Append(new byte[BlockPool.BlockSize]);
            Assert.True(events.IsCut);
            using var bytes = new MemoryStream();
            await foreach (var piece in events.ReadAsync(place))
                await bytes.WriteAsync(piece);
            Assert.Equal(item, Encoding.UTF8.GetString(bytes.ToArray()));
        }
        Assert.Equal(0, budget.Held);
    }

    // An event may come with the end of the line end before it.
    private static async Task<List<string>> ReadAsync(LiveEvents events)
    {
        var read = new List<string>();
        while (await events.NextAsync(default) is { } place)
        {
            using var bytes = new MemoryStream();
            await foreach (var piece in events.ReadAsync(place))
                await bytes.WriteAsync(piece);
            read.Add(Encoding.UTF8.GetString(bytes.ToArray()).Trim());
        }
        return read;
    }
}
