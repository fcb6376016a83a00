using System.Buffers;
using System.IO.Pipelines;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Tees the client's pipe into a recording. After the client disconnects, writing continues into the recording alone, and the
/// pipe counts as completed only when the recording is given up too.
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

    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        _room = _isAlone ? (_scratch ??= pool.Rent()).Memory : client.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        recording.Append(_room.Span[..bytes]);
        _room = _room[bytes..];
        // Bytes already read into the client's memory before it disconnected are recorded but not sent.
        if (!_isAlone)
            client.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_isAlone)
            return new(Alone());
        var flushed = client.FlushAsync(cancellationToken);
        return flushed.IsCompletedSuccessfully ? new(Of(flushed.Result)) : AwaitAsync(flushed, cancellationToken);
    }

    public override void CancelPendingFlush() => client.CancelPendingFlush();

    public override void Complete(Exception? exception = null) { }

    public void Dispose() => _scratch?.Dispose();

    private async ValueTask<FlushResult> AwaitAsync(ValueTask<FlushResult> flushed, CancellationToken cancellationToken)
    {
        try
        {
            return Of(await flushed);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && clientGone.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Leave();
        }
    }

    private FlushResult Of(FlushResult result) => result.IsCompleted ? Leave() : result;

    private FlushResult Leave()
    {
        _isAlone = true;
        return Alone();
    }

    private FlushResult Alone() => new(isCanceled: false, isCompleted: !recording.IsKept);
}
