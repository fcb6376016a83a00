using System.Buffers;
using System.IO.Pipelines;
using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>How passing a response on ended.</summary>
internal enum RelayEnd
{
    /// <summary>All of it was passed on.</summary>
    Complete,

    /// <summary>The provider broke off, or its response ended incomplete.</summary>
    UpstreamLost,

    /// <summary>The client disconnected.</summary>
    ClientGone,
}

/// <summary>
/// Passes a response from a provider to the client: bytes are read straight into the client's pipe and the tap inspects them in
/// place. The start, at most 64 KiB, can be inspected before anything is sent.
/// </summary>
/// <param name="upstream">The response's bytes.</param>
/// <param name="client">The client's pipe.</param>
/// <param name="tap">Inspects the bytes, and says which may pass.</param>
/// <param name="progressed">Called when bytes arrived, and when the client has read bytes that the relay waited for.</param>
/// <param name="waits">Called when the relay waits for the client: the provider's silence does not count then.</param>
/// <param name="time">The clock.</param>
internal sealed class Relay(Stream upstream, PipeWriter client, Tap tap, Action progressed, Action waits, TimeProvider time)
{
    /// <summary>How often a silent stream sends a comment, so that proxies on the way keep it open.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly byte[] Comment = ": waiting\n"u8.ToArray();

    // With less room than this left in a block, a read of its own is not worthwhile.
    private const int MinRead = 4 * 1024;

    private Memory<byte> _held;
    private int _heldLength;
    private byte[] _tail = [];
    private int _tailLength;
    private Task<int>? _more;

    /// <summary>True when the response ended within what <see cref="PeekAsync"/> read.</summary>
    public bool Ended { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes that were read and not sent yet.</summary>
    public ReadOnlyMemory<byte> Held => _held[.._heldLength];

    /// <summary>
    /// Reads until the tap can tell an image from an error, 64 KiB have arrived, or the response has ended; for a stream, no
    /// longer than a <see cref="Heartbeat"/>. Sends nothing.
    /// </summary>
    public async Task<Verdict> PeekAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        _held = client.GetMemory(BlockPool.BlockSize)[..BlockPool.BlockSize];
        while (tap.Verdict == Verdict.Undecided && !Ended && _heldLength < _held.Length)
        {
            // A stream without an event for so long is started, or the client's connection may be cut before there is one: a
            // provider's comments keep only its own connection open.
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

    /// <summary>Sends the held bytes and everything that follows, up to a provider's error event. The response's headers must be set.</summary>
    /// <param name="isWhole">Whether the bytes so far are a complete response.</param>
    /// <param name="ending">Called once they are, before the client gets the last of them.</param>
    /// <param name="cancellationToken">Cancelled when the client disconnects.</param>
    public async Task<RelayEnd> RunAsync(Func<bool> isWhole, Func<ValueTask>? ending, CancellationToken cancellationToken)
    {
        Pass(_held, _heldLength);
        // Begun for its silence: the head alone does not tell every proxy that something comes.
        if (_more is not null && tap is EventStreamTap { IsAtLineStart: true })
            client.Write(Comment);
        try
        {
            return await PassOnAsync(isWhole, ending, cancellationToken);
        }
        finally
        {
            if (!HidesError)
                PassTail();
        }
    }

    private bool HidesError => tap is EventStreamTap { HasFailed: true, IsErrorPassed: false };

    // One method, because every nested asynchronous call would allocate once per read.
    private async ValueTask<RelayEnd> PassOnAsync(Func<bool> isWhole, Func<ValueTask>? ending, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (ending is not null && isWhole())
            {
                waits(); // a provider that has sent everything is not waited for
                await ending();
                progressed();
                ending = null;
            }
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
                // Within a line no comment can be sent, and a zero-byte read would split what follows into small pieces.
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

    // A possible error waits for the rest of its event; after this, the client's memory may no longer be used.
    private void Pass(Memory<byte> room, int length)
    {
        var kept = (int)Math.Clamp(Length - tap.Passable, 0, length);
        _tailLength = HidesError ? 0 : kept;
        if (_tailLength > 0)
            room.Slice(length - kept, kept).CopyTo(_tail = _tail.Length > 0 ? _tail : new byte[EventStreamTap.MostError]);
        client.Advance(length - kept);
    }

    // The last event is incomplete and not an error.
    private void PassTail()
    {
        if (_tailLength > 0)
            client.Write(_tail.AsSpan(0, _tailLength));
        _tailLength = 0;
    }

    // The zero-byte read completes when data arrives: until then the client's memory is free for a comment, which is a line of
    // its own and may appear between any two lines.
    private async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        while (!await HasMoreAsync(Heartbeat, cancellationToken))
            await client.WriteAsync(Comment, cancellationToken);
    }

    // False when nothing arrived for so long.
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

    // A stream allows one read at a time, and the zero-byte read outlasts an abandoned wait.
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
