using System.Buffers;
using System.IO.Pipelines;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// What a response is ahead of its client: it is sent as fast as the client reads, while the writer does not wait. Its memory
/// comes from the budget of the recordings; beyond it the writer waits until everything is sent.
/// </summary>
internal sealed class Backlog : PipeWriter
{
    // With this threshold the pipe's flush ends when everything is sent, or the client has disconnected.
    private const int Any = 1;

    private readonly BufferBudget _budget;
    private readonly Pipe _pipe;
    private readonly Task _sending;
    private long _taken;
    private bool _isFull;

    /// <summary>Begins to send as soon as the client has read what its pipe holds already.</summary>
    public Backlog(PipeWriter client, BlockPool pool, BufferBudget budget)
    {
        _budget = budget;
        _pipe = new Pipe(new PipeOptions(pool, pauseWriterThreshold: Any, resumeWriterThreshold: Any, minimumSegmentSize: BlockPool.BlockSize, useSynchronizationContext: false));
        _sending = SendAsync(client);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _pipe.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (_budget.TryTake(bytes))
            Interlocked.Add(ref _taken, bytes);
        else
            _isFull = true;
        _pipe.Writer.Advance(bytes);
    }

    /// <summary>Waits for the client only beyond the budget. Completed: the client has disconnected.</summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        // It ends with the client's connection: a token would cancel the flushes that nobody awaits.
        var sent = _pipe.Writer.FlushAsync(CancellationToken.None);
        var mustWait = _isFull || sent.IsCompleted;
        _isFull = false;
        return mustWait ? sent : new(default(FlushResult));
    }

    public override void CancelPendingFlush() => _pipe.Writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) { }

    /// <summary>Ends when the client has everything in its pipe, or has disconnected.</summary>
    public async Task EndAsync()
    {
        await _pipe.Writer.CompleteAsync();
        try
        {
            await _sending;
        }
        finally
        {
            Return(long.MaxValue);
        }
    }

    private async Task SendAsync(PipeWriter client)
    {
        try
        {
            await PassAsync(client);
            await _pipe.Reader.CompleteAsync();
        }
        catch (Exception e)
        {
            // The writer, which may be ahead still, gets it with its next flush.
            await _pipe.Reader.CompleteAsync(e);
            throw;
        }
    }

    // The client's pipe gets a block at a time, since its memory is not in the budget. The last flush has nothing to write, but
    // takes with it a cancellation that came too late for the one it was meant for.
    private async Task PassAsync(PipeWriter client)
    {
        for (var isOver = false; !(await client.FlushAsync()).IsCompleted && !isOver;)
        {
            var read = await _pipe.Reader.ReadAsync();
            var block = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, BlockPool.BlockSize));
            foreach (var piece in block)
                client.Write(piece.Span);
            (isOver, var passed) = (block.IsEmpty, block.Length);
            _pipe.Reader.AdvanceTo(block.End);
            Return(passed);
        }
    }

    private void Return(long bytes)
    {
        var returned = Math.Min(bytes, Interlocked.Read(ref _taken));
        Interlocked.Add(ref _taken, -returned);
        _budget.Return(returned);
    }
}
