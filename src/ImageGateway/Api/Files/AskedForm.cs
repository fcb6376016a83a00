using System.Buffers;
using System.IO.Pipelines;

namespace ImageGateway.Api.Files;

/// <summary>
/// The pipe of a client that asked for a stream: its own, but for an answer in another form, which some providers give all the
/// same, and which is held back. Which form it has is known when its first bytes pass.
/// </summary>
/// <param name="response">The response, whose type tells.</param>
/// <param name="client">The client's pipe.</param>
/// <param name="held">Holds an answer in another form.</param>
/// <param name="passes">Called when the answer goes to the client.</param>
internal sealed class AskedForm(HttpResponse response, PipeWriter client, PipeWriter held, Action passes) : PipeWriter
{
    private PipeWriter? _chosen;
    private Memory<byte> _room;

    /// <summary>True when the answer goes to the client.</summary>
    public bool IsPassing => _chosen == client;

    /// <summary>True when the client has got nothing, since the answer is no stream.</summary>
    public bool IsHeld => _chosen == held;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _room = (_chosen ?? client).GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (_chosen is not null || Choose() != held)
            _chosen!.Advance(bytes);
        else
            held.Write(_room.Span[..bytes]); // they were read into the client's memory before
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => (_chosen ?? Choose()).FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => (_chosen ?? client).CancelPendingFlush();

    public override void Complete(Exception? exception = null) { }

    private PipeWriter Choose()
    {
        if (response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) != true)
            return _chosen = held;
        passes();
        return _chosen = client;
    }
}
