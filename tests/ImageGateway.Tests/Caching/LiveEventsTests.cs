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
        using var recording = new Recording(_pool, new BufferBudget(1 << 20));
        recording.Append(bytes.AsSpan(0, joined));
        var reading = ReadAsync(new LiveEvents(recording));
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
        using var recording = new Recording(_pool, new BufferBudget(1 << 20));
        recording.Append("data: {\"a\":1}\n\ndata: {\"b\":2}\n"u8);
        recording.End();
        var events = new LiveEvents(recording);
        Assert.Null(await events.NextAsync(default));
    }

    [Fact]
    public async Task Nothing_comes_of_a_recording_that_is_given_up()
    {
        using var recording = new Recording(_pool, new BufferBudget(0));
        var next = new LiveEvents(recording).NextAsync(default);
        recording.Append("data: {}\n\n"u8);
        Assert.Null(await next);
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
