using System.IO.Pipelines;
using System.Text;
using ImageGateway.Streaming;

namespace ImageGateway.Tests.Streaming;

public sealed class RelayTests
{
    private static readonly byte[] Head = """{"created":1,"data":[{"b64_json":" """u8.ToArray();

    [Fact]
    public void Bytes_arrive_equal_and_complete_whatever_the_reads() => Properties.Hold(200, random =>
    {
        byte[] answer = [.. Head, .. random.Bytes(random.Pick(0, 10, 5000, 70_000, 300_000))];
        var (end, received) = Pass(new Upstream(answer, random), peek: random.Chance(80), fill: random.Chance(20)).GetAwaiter().GetResult();
        Assert.Equal(RelayEnd.Complete, end);
        Assert.True(answer.AsSpan().SequenceEqual(received));
    });

    [Fact]
    public async Task Peek_sends_nothing_and_stops_at_the_verdict()
    {
        var pipe = new Pipe();
        byte[] answer = [.. Head, .. new byte[100_000]];
        var relay = new Relay(new Upstream(answer, new Random(1)), pipe.Writer, new JsonTap(), () => { }, () => { }, TimeProvider.System);
        Assert.Equal(Verdict.Answer, await relay.PeekAsync(CancellationToken.None));
        Assert.False(relay.Ended);
        Assert.InRange(relay.Held.Length, 1, 64 * 1024);
        Assert.True(relay.Held.Span.SequenceEqual(answer.AsSpan(0, relay.Held.Length)));
        Assert.Equal(0, pipe.Writer.UnflushedBytes);
        Assert.False(pipe.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Peek_gives_up_at_64_KiB()
    {
        var relay = new Relay(new Upstream(Encoding.UTF8.GetBytes(new string(' ', 200_000)), new Random(1)), new Pipe().Writer, new JsonTap(), () => { }, () => { }, TimeProvider.System);
        Assert.Equal(Verdict.Undecided, await relay.PeekAsync(CancellationToken.None));
        Assert.Equal(64 * 1024, relay.Held.Length);
    }

    [Fact]
    public async Task Answer_that_ends_within_the_peek_is_sent_whole()
    {
        var pipe = new Pipe();
        var answer = """{"created":1}"""u8.ToArray();
        var relay = new Relay(new Upstream(answer, new Random(2)), pipe.Writer, new JsonTap(), () => { }, () => { }, TimeProvider.System);
        Assert.Equal(Verdict.Undecided, await relay.PeekAsync(CancellationToken.None));
        Assert.True(relay.Ended);
        Assert.Equal(RelayEnd.Complete, await relay.RunAsync(static () => false, null, CancellationToken.None));
        await pipe.Writer.CompleteAsync();
        Assert.Equal(answer, await ReceiveAsync(pipe.Reader));
    }

    [Fact]
    public async Task Provider_that_breaks_off_is_told_from_one_that_ends()
    {
        byte[] answer = [.. Head, .. new byte[10_000]];
        var (end, received) = await Pass(new Upstream(answer, new Random(3)) { BreaksOff = true }, peek: true, fill: false);
        Assert.Equal(RelayEnd.UpstreamLost, end);
        Assert.Equal(answer, received);
    }

    [Fact]
    public async Task Client_that_is_gone_ends_the_relay()
    {
        var pipe = new Pipe();
        var relay = new Relay(new Upstream(new byte[1_000_000], new Random(4)), pipe.Writer, new JsonTap(), () => { }, () => { }, TimeProvider.System);
        await pipe.Reader.CompleteAsync();
        Assert.Equal(RelayEnd.ClientGone, await relay.RunAsync(static () => false, null, CancellationToken.None));
    }

    [Fact]
    public async Task Every_read_counts_as_progress()
    {
        var (pipe, progress) = (new Pipe(), 0);
        var upstream = new Upstream([.. Head, .. new byte[5000]], new Random(5));
        var relay = new Relay(upstream, pipe.Writer, new JsonTap(), () => progress++, () => { }, TimeProvider.System);
        await relay.PeekAsync(CancellationToken.None);
        Assert.Equal(RelayEnd.Complete, await relay.RunAsync(static () => false, null, CancellationToken.None));
        Assert.Equal(upstream.Reads, progress);
    }

    [Fact]
    public void Events_arrive_equal_up_to_an_error_event() => Properties.Hold(2000, random =>
    {
        var body = EventStreams.Draw(random);
        var tap = new EventStreamTap();
        var upstream = new Upstream(body, random) { MostRead = random.Pick(1, 7, 20_000) };
        var (end, received) = Pass(upstream, peek: random.Chance(50), fill: false, tap).GetAwaiter().GetResult();
        var isHidden = tap.HasFailed && !tap.IsErrorPassed;
        Assert.Equal(isHidden ? RelayEnd.UpstreamLost : RelayEnd.Complete, end);
        Assert.True(body.AsSpan(0, received.Length).SequenceEqual(received), Encoding.UTF8.GetString(body));
        Assert.Equal(isHidden, received.Length < body.Length);
        var (passed, rest) = (new EventStreamTap(), new EventStreamTap());
        passed.Write(received);
        Assert.Equal(tap.IsErrorPassed, passed.HasFailed);
        rest.Write(body.AsSpan(received.Length));
        Assert.Equal(isHidden, rest.HasFailed);
    });

    [Fact]
    public async Task Error_longer_than_is_held_passes_as_it_is()
    {
        var body = Encoding.UTF8.GetBytes("data: {\"error\":{\"message\":\"" + new string('x', 10_000) + "\"}}\n\n");
        var tap = new EventStreamTap();
        var (end, received) = await Pass(new Upstream(body, new Random(6)) { MostRead = 1000 }, peek: false, fill: false, tap);
        Assert.Equal((RelayEnd.Complete, true), (end, tap.IsErrorPassed));
        Assert.Equal(body, received);
    }

    [Fact]
    public async Task Wait_for_the_client_is_told_until_it_has_taken_what_there_was()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1024, resumeWriterThreshold: 512, useSynchronizationContext: false));
        var (waits, isWaiting) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), false);
        var upstream = new Upstream(new byte[20_000], new Random(7));
        var relay = new Relay(upstream, pipe.Writer, new JsonTap(), () => isWaiting = false, Wait, TimeProvider.System);
        var run = relay.RunAsync(static () => false, null, CancellationToken.None);
        await waits.Task;
        Assert.True(isWaiting);
        var receiving = ReceiveAsync(pipe.Reader);
        Assert.Equal(RelayEnd.Complete, await run);
        Assert.False(isWaiting);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(20_000, (await receiving).Length);

        void Wait()
        {
            isWaiting = true;
            waits.TrySetResult();
        }
    }

    private static async Task<(RelayEnd End, byte[] Received)> Pass(Upstream upstream, bool peek, bool fill, Tap? tap = null)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 32 * 1024, resumeWriterThreshold: 16 * 1024, useSynchronizationContext: false));
        var receiving = ReceiveAsync(pipe.Reader);
        var relay = new Relay(upstream, pipe.Writer, tap ?? new JsonTap(), () => { }, () => { }, TimeProvider.System);
        if (peek)
            await relay.PeekAsync(CancellationToken.None);
        if (fill)
            await relay.FillAsync(CancellationToken.None);
        var end = await relay.RunAsync(static () => false, null, CancellationToken.None);
        await pipe.Writer.CompleteAsync();
        return (end, await receiving);
    }

    private static async Task<byte[]> ReceiveAsync(PipeReader reader)
    {
        using var received = new MemoryStream();
        await reader.CopyToAsync(received);
        return received.ToArray();
    }

    /// <summary>An answer that comes in reads of any length.</summary>
    private sealed class Upstream(byte[] answer, Random random) : MemoryStream(answer, writable: false)
    {
        public bool BreaksOff { get; init; }

        public int MostRead { get; init; } = 20_000;

        public int Reads { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.IsEmpty)
                return default;
            Reads++;
            if (BreaksOff && Position == Length)
                throw new IOException("cut");
            return new ValueTask<int>(Read(buffer.Span[..Math.Min(buffer.Length, random.Next(1, MostRead + 1))]));
        }
    }
}
