using System.IO.Pipelines;
using System.Text;
using ImageGateway.Streaming;

namespace ImageGateway.Tests.Streaming;

/// <summary>Comments that keep a silent stream open, on a manual clock.</summary>
public sealed class HeartbeatTests
{
    private const string Event = "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"AAAA\"}\n\n";

    private readonly ManualTime _time = new();
    private readonly Pipe _provider = new();
    private readonly Pipe _client = new();
    private readonly Upstream _upstream;

    public HeartbeatTests() => _upstream = new Upstream(_provider.Reader);

    [Fact]
    public async Task Stream_that_is_silent_from_the_start_is_begun_and_kept_alive()
    {
        var relay = NewRelay(new EventStreamTap());
        var peek = relay.PeekAsync(CancellationToken.None);
        Assert.False(peek.IsCompleted);
        await PassAsync(Relay.Heartbeat);
        Assert.Equal(Verdict.Undecided, await peek);
        var run = relay.RunAsync(static () => false, null, CancellationToken.None);
        for (var beats = 1; beats <= 3; beats++)
        {
            Assert.Equal(": waiting\n", await ReceivedAsync());
            await PassAsync(Relay.Heartbeat);
        }
        Assert.Equal(": waiting\n", await ReceivedAsync());
        await EndAsync(Event);
        Assert.Equal(RelayEnd.Complete, await run);
        Assert.Equal(Event, await ReceivedAsync());
    }

    [Fact]
    public async Task Stream_of_nothing_but_comments_is_begun_as_soon()
    {
        var relay = NewRelay(new EventStreamTap());
        var peek = relay.PeekAsync(CancellationToken.None);
        for (var comments = 1; comments <= 2; comments++)
        {
            await PassAsync(Relay.Heartbeat / 3);
            await SendAsync(": drawing\n\n");
            await UntilAsync(() => relay.Held.Length == 11 * comments);
        }
        await PassAsync(Relay.Heartbeat / 3);
        Assert.Equal(Verdict.Undecided, await peek.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    // The wait for more is still under way then, and two reads at once are none.
    [Fact]
    public async Task Stream_that_falls_silent_within_its_first_line_goes_on()
    {
        var relay = NewRelay(new EventStreamTap());
        await SendAsync(Event[..20]);
        var peek = relay.PeekAsync(CancellationToken.None);
        await PassAsync(Relay.Heartbeat);
        Assert.Equal(Verdict.Undecided, await peek);
        var run = relay.RunAsync(static () => false, null, CancellationToken.None);
        await EndAsync(Event[20..]);
        Assert.Equal(RelayEnd.Complete, await run);
        Assert.Equal(Event, await ReceivedAsync());
    }

    [Fact]
    public async Task Failure_that_falls_silent_is_read_to_its_end()
    {
        var relay = NewRelay(new EventStreamTap());
        var peek = relay.PeekAsync(CancellationToken.None);
        await PassAsync(Relay.Heartbeat);
        Assert.Equal(Verdict.Undecided, await peek);
        var fill = relay.FillAsync(CancellationToken.None);
        await EndAsync(Event);
        await fill;
        Assert.Equal(Event, Encoding.UTF8.GetString(relay.Held.Span));
    }

    [Fact]
    public async Task Error_after_silence_is_known_and_the_stream_not_whole()
    {
        var tap = new EventStreamTap();
        var relay = NewRelay(tap);
        var peek = relay.PeekAsync(CancellationToken.None);
        await PassAsync(Relay.Heartbeat);
        Assert.Equal(Verdict.Undecided, await peek);
        var run = relay.RunAsync(static () => false, null, CancellationToken.None);
        await EndAsync("event: error\ndata: {}\n\n");
        await run;
        Assert.Equal((true, false), (tap.HasFailed, tap.IsWhole(1)));
    }

    [Fact]
    public async Task Silence_between_events_is_filled_and_the_events_stay_whole()
    {
        var relay = NewRelay(new EventStreamTap());
        await SendAsync(Event);
        Assert.Equal(Verdict.Answer, await relay.PeekAsync(CancellationToken.None));
        var run = relay.RunAsync(static () => false, null, CancellationToken.None);
        await PassAsync(Relay.Heartbeat - TimeSpan.FromSeconds(1));
        Assert.Equal(Event, await ReceivedAsync());
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(": waiting\n", await ReceivedAsync());
        await EndAsync(Event);
        Assert.Equal(RelayEnd.Complete, await run);
        Assert.Equal(Event, await ReceivedAsync());
    }

    // A comment within a line would become part of the event.
    [Fact]
    public async Task Line_that_is_cut_short_is_not_torn()
    {
        var relay = NewRelay(new EventStreamTap());
        await SendAsync(Event + Event[..60]);
        _ = await relay.PeekAsync(CancellationToken.None);
        var run = relay.RunAsync(static () => false, null, CancellationToken.None);
        await PassAsync(2 * Relay.Heartbeat, timed: false);
        await EndAsync(Event[60..]);
        Assert.Equal(RelayEnd.Complete, await run);
        Assert.Equal(Event + Event, await ReceivedAsync());
    }

    [Fact]
    public async Task Json_answer_has_no_heartbeats()
    {
        var relay = NewRelay(new JsonTap());
        await SendAsync("""{"created":1,"data":[{"b64_json":"AA""");
        _ = await relay.PeekAsync(CancellationToken.None);
        var run = relay.RunAsync(static () => false, null, CancellationToken.None);
        await PassAsync(4 * Relay.Heartbeat, timed: false);
        await EndAsync("""AA"}]}""");
        Assert.Equal(RelayEnd.Complete, await run);
        Assert.Equal("""{"created":1,"data":[{"b64_json":"AAAA"}]}""", await ReceivedAsync());
    }

    private Relay NewRelay(Tap tap) => new(_upstream, _client.Writer, tap, () => { }, () => { }, _time);

    private async Task SendAsync(string text) => await _provider.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    private async Task EndAsync(string text)
    {
        await SendAsync(text);
        await _provider.Writer.CompleteAsync();
    }

    // Time passes while the relay waits for the provider, with the clock set or without it.
    private async Task PassAsync(TimeSpan by, bool timed = true)
    {
        await UntilAsync(() => _upstream.IsWaiting && (!timed || _time.HasTimer));
        _time.Advance(by);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (; !condition(); await Task.Yield())
            patience.Token.ThrowIfCancellationRequested();
    }

    private async Task<string> ReceivedAsync()
    {
        var read = await _client.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        var text = Encoding.UTF8.GetString(read.Buffer);
        _client.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }

    /// <summary>Reads like a socket's: a read of no bytes ends when there are some.</summary>
    private sealed class Upstream(PipeReader reader) : Stream
    {
        private bool _waiting;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        /// <summary>True while a read waits for bytes.</summary>
        public bool IsWaiting => Volatile.Read(ref _waiting);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var reading = reader.ReadAsync(cancellationToken);
            Volatile.Write(ref _waiting, !reading.IsCompleted);
            var read = await reading;
            Volatile.Write(ref _waiting, false);
            var count = (int)Math.Min(buffer.Length, read.Buffer.Length);
            foreach (var segment in read.Buffer.Slice(0, count))
            {
                segment.CopyTo(buffer);
                buffer = buffer[segment.Length..];
            }
            reader.AdvanceTo(read.Buffer.GetPosition(count));
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
