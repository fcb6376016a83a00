using System.Buffers;
using System.IO.Pipelines;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Tees the client's pipe into a recording. After the client disconnects, writing continues into the recording alone, and the
/// pipe counts as completed only when the recording is given up too. While it waits for a client that reads slowly, it can be
/// told to go ahead: the client then gets the rest from a <see cref="Backlog"/>.
/// </summary>
/// <param name="client">The client's pipe.</param>
/// <param name="recording">The recording.</param>
/// <param name="pool">Memory for writing after the client disconnected.</param>
/// <param name="clientGone">Cancelled when the client disconnects.</param>
internal sealed class Tee(PipeWriter client, AnswerRecording recording, BlockPool pool, CancellationToken clientGone) : PipeWriter, IDisposable
{
    private Memory<byte> _room;
    private IMemoryOwner<byte>? _scratch;
    private bool _isAlone;
    private Backlog? _backlog;
    private Wait _wait;

    /// <summary>True when it has gone ahead of the client.</summary>
    public bool IsAhead => _backlog is not null;

    private PipeWriter Sink => _backlog ?? client;

    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        _room = _isAlone ? (_scratch ??= pool.Rent()).Memory : Sink.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        recording.Append(_room.Span[..bytes]);
        _room = _room[bytes..];
        // Bytes already read into the client's memory before it disconnected are recorded but not sent.
        if (!_isAlone)
            Sink.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_isAlone)
            return new(Alone());
        var flushed = Sink.FlushAsync(cancellationToken);
        return flushed.IsCompletedSuccessfully ? new(Of(flushed.Result)) : AwaitAsync(flushed, cancellationToken);
    }

    public override void CancelPendingFlush() => Sink.CancelPendingFlush();

    public override void Complete(Exception? exception = null) { }

    /// <summary>Has the writer go ahead of the client, if it waits for it now; callable from another thread.</summary>
    public void GoAhead()
    {
        if (Interlocked.CompareExchange(ref _wait, Wait.Canceled, Wait.Client) == Wait.Client)
            client.CancelPendingFlush();
    }

    /// <summary>Ends when the client has everything that was written, or has disconnected; <see cref="GoAhead"/> is not called any more.</summary>
    public Task CatchUpAsync() => _backlog?.EndAsync() ?? Task.CompletedTask;

    public void Dispose() => _scratch?.Dispose();

    private async ValueTask<FlushResult> AwaitAsync(ValueTask<FlushResult> flushed, CancellationToken cancellationToken)
    {
        try
        {
            // One that waits in the backlog waits for room, which a backlog of its own would not have either.
            Interlocked.Exchange(ref _wait, IsAhead ? Wait.None : Wait.Client);
            var result = await flushed;
            return Interlocked.Exchange(ref _wait, Wait.None) == Wait.Canceled && !result.IsCompleted ? Ahead() : Of(result);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && clientGone.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Leave();
        }
    }

    private FlushResult Of(FlushResult result) => result.IsCompleted ? Leave() : result;

    // Everything so far is in the client's pipe, which nobody but the backlog uses from now on.
    private FlushResult Ahead()
    {
        _backlog = recording.Backlog(client);
        return default;
    }

    private FlushResult Leave()
    {
        _isAlone = true;
        return Alone();
    }

    private FlushResult Alone() => new(isCanceled: false, isCompleted: !recording.IsKept);

    /// <summary>What a flush of the client's pipe waits for.</summary>
    private enum Wait { None, Client, Canceled }
}
