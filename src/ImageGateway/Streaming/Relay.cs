using System.Buffers;
using System.IO.Pipelines;
using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>How passing an answer on ended.</summary>
internal enum RelayEnd
{
    /// <summary>All of it has passed.</summary>
    Complete,

    /// <summary>The provider broke off, or its answer ended before it was whole.</summary>
    UpstreamLost,

    /// <summary>The client is gone.</summary>
    ClientGone,
}

/// <summary>
/// Passes an answer from a provider to the client: bytes are read straight into the client's pipe and the tap looks at
/// them where they lie. The beginning, at most 64 KiB, can be looked at before anything is sent.
/// </summary>
/// <param name="upstream">The answer's bytes.</param>
/// <param name="client">Where they go.</param>
/// <param name="tap">Looks at them, and says which may pass.</param>
/// <param name="progressed">Called when something has come, and when the client has taken what it had to wait for.</param>
/// <param name="waits">Called when the client has to be waited for: the provider's silence does not count then.</param>
/// <param name="time">The clock.</param>
internal sealed class Relay(Stream upstream, PipeWriter client, Tap tap, Action progressed, Action waits, TimeProvider time)
{
    /// <summary>How often a silent stream sends a comment, so that proxies on the way keep it open.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly byte[] Comment = ": waiting\n"u8.ToArray();

    // Below this, what is left of a block is not worth a read of its own.
    private const int MinRead = 4 * 1024;

    private Memory<byte> _held;
    private int _heldLength;
    private byte[] _tail = [];
    private int _tailLength;
    private Task<int>? _more;

    /// <summary>True when the answer ended within what <see cref="PeekAsync"/> read.</summary>
    public bool Ended { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long Length { get; private set; }

    /// <summary>What was read and not sent yet.</summary>
    public ReadOnlyMemory<byte> Held => _held[.._heldLength];

    /// <summary>
    /// Reads until the tap can tell a picture from an error, 64 KiB have come, or the answer has ended; of a stream no longer than
    /// a <see cref="Heartbeat"/>. Sends nothing.
    /// </summary>
    public async Task<Verdict> PeekAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        _held = client.GetMemory(BlockPool.BlockSize)[..BlockPool.BlockSize];
        while (tap.Verdict == Verdict.Undecided && !Ended && _heldLength < _held.Length)
        {
            // A stream without an event for so long is begun, or the connection may be cut before there is one: a provider's
            // comments keep its own connection open, and not the client's.
            if (tap is EventStreamTap && !await HasMoreAsync(Heartbeat - time.GetElapsedTime(start), cancellationToken))
                break;
            await ReadHeldAsync(cancellationToken);
        }
        return tap.Verdict;
    }

    /// <summary>Reads on to the end of a small answer, or until 64 KiB are held.</summary>
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        while (!Ended && _heldLength < _held.Length)
            await ReadHeldAsync(cancellationToken);
    }

    /// <summary>Sends what was held and everything that follows, up to a provider's error event. The response's headers must be set.</summary>
    public async Task<RelayEnd> RunAsync(CancellationToken cancellationToken)
    {
        Pass(_held, _heldLength);
        try
        {
            return await PassOnAsync(cancellationToken);
        }
        finally
        {
            if (!HidesError)
                PassTail();
        }
    }

    private bool HidesError => tap is EventStreamTap { HasFailed: true, IsErrorPassed: false };

    // One method, since each asynchronous one that it calls would allocate for each read.
    private async ValueTask<RelayEnd> PassOnAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var flush = client.FlushAsync(cancellationToken);
            var isSlow = !flush.IsCompleted;
            if (isSlow)
                waits();
            if ((await flush).IsCompleted)
                return RelayEnd.ClientGone;
            if (isSlow)
                progressed();
            if (Ended || HidesError)
                return HidesError ? RelayEnd.UpstreamLost : RelayEnd.Complete;
            try
            {
                // Within a line no comment can be sent, and a read of no bytes would cut what follows it into small pieces.
                if (tap is EventStreamTap { IsAtLineStart: true })
                    await KeepAliveAsync(cancellationToken);
                await EndWaitAsync();
                var room = client.GetMemory(MinRead + _tailLength);
                _tail.AsMemory(0, _tailLength).CopyTo(room);
                var read = await upstream.ReadAsync(room[_tailLength..], cancellationToken);
                Take(room.Span.Slice(_tailLength, read));
                if (!Ended)
                    Pass(room, _tailLength + read);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                return RelayEnd.UpstreamLost;
            }
        }
    }

    // What may be an error waits for the rest of its event; the client's memory is not ours after this.
    private void Pass(Memory<byte> room, int length)
    {
        var kept = (int)Math.Clamp(Length - tap.Passable, 0, length);
        _tailLength = HidesError ? 0 : kept;
        if (_tailLength > 0)
            room.Slice(length - kept, kept).CopyTo(_tail = _tail.Length > 0 ? _tail : new byte[EventStreamTap.MostError]);
        client.Advance(length - kept);
    }

    // The event has not ended, and is none.
    private void PassTail()
    {
        if (_tailLength > 0)
            client.Write(_tail.AsSpan(0, _tailLength));
        _tailLength = 0;
    }

    // The read of no bytes ends when there are some: until then the client's memory is free for a comment,
    // which is a line of its own and may stand anywhere between lines.
    private async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        while (!await HasMoreAsync(Heartbeat, cancellationToken))
            await client.WriteAsync(Comment, cancellationToken);
    }

    // False when nothing came for so long.
    private async ValueTask<bool> HasMoreAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_more is null)
        {
            var ready = upstream.ReadAsync(Memory<byte>.Empty, cancellationToken);
            if (ready.IsCompletedSuccessfully)
                return true;
            _more = ready.AsTask();
        }
        try
        {
            await _more.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time, cancellationToken);
            _more = null;
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // A stream takes one read at a time, and the read of no bytes outlasts a wait that was given up.
    private async ValueTask EndWaitAsync()
    {
        if (_more is not null)
            await _more;
        _more = null;
    }

    private async Task ReadHeldAsync(CancellationToken cancellationToken)
    {
        await EndWaitAsync();
        var read = await upstream.ReadAsync(_held[_heldLength..], cancellationToken);
        Take(_held.Span.Slice(_heldLength, read));
        _heldLength += read;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        progressed();
        Length += bytes.Length;
        if (bytes.IsEmpty)
        {
            Ended = true;
            tap.Complete();
        }
        else
        {
            tap.Write(bytes);
        }
    }
}
