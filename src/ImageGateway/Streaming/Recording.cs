using System.Buffers;
using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>
/// The bytes of a response as they pass, kept in pooled blocks under a process-wide budget. One writer appends; any number of
/// readers follow it, each joined by <see cref="TryJoin"/>. Beyond the budget the recording is given up, never the response.
/// </summary>
internal sealed class Recording : IDisposable
{
    private readonly BlockPool _pool;
    private readonly BufferBudget _budget;
    private readonly Lock _lock = new();
    private readonly List<IMemoryOwner<byte>> _blocks = [];
    private TaskCompletionSource? _news;
    private long _length;
    private bool _hasEnded;
    private int _disposed;
    private volatile bool _isGivenUp;

    public Recording(BlockPool pool, BufferBudget budget)
    {
        (_pool, _budget) = (pool, budget);
        Use = new UseCount(Release);
    }

    /// <summary>The readers besides the owner.</summary>
    public UseCount Use { get; }

    /// <summary>False when the budget was exhausted, or the recording was given up.</summary>
    public bool IsKept => !_isGivenUp;

    /// <summary>Bytes so far.</summary>
    public long Length
    {
        get
        {
            lock (_lock)
                return _length;
        }
    }

    /// <summary>Joins as a reader; false when there is nothing left to read.</summary>
    public bool TryJoin()
    {
        lock (_lock)
        {
            if (_isGivenUp)
                return false;
            Use.Join();
            return true;
        }
    }

    /// <summary>Keeps the next bytes; no effect once the recording is given up.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_isGivenUp || bytes.IsEmpty)
            return;
        TaskCompletionSource? news;
        lock (_lock)
        {
            while (!bytes.IsEmpty)
            {
                if (!TryRoom(out var room))
                {
                    GiveUp();
                    return;
                }
                var count = Math.Min(room.Length, bytes.Length);
                bytes[..count].CopyTo(room.Span);
                _length += count;
                bytes = bytes[count..];
            }
            (news, _news) = (_news, null);
        }
        news?.TrySetResult();
    }

    /// <summary>Marks the end of the response.</summary>
    public void End()
    {
        TaskCompletionSource? news;
        lock (_lock)
            (_hasEnded, news, _news) = (true, _news, null);
        news?.TrySetResult();
    }

    /// <summary>Drops what was kept as soon as nobody reads it; the response continues.</summary>
    public void GiveUp()
    {
        lock (_lock)
            _isGivenUp = true;
        End();
        Dispose();
    }

    /// <summary>
    /// The bytes from <paramref name="position"/> on, up to the end of a block; waits for more if there are none. Empty: there
    /// will be none. A joined reader reads all that was kept even when the recording is given up, since half an event is
    /// useless.
    /// </summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (position < _length)
                    return Block(position);
                if (_hasEnded)
                    return default;
                news = (_news ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await news.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Use.Leave();
    }

    private ReadOnlyMemory<byte> Block(long position)
    {
        var (index, offset) = ((int)(position / BlockPool.BlockSize), (int)(position % BlockPool.BlockSize));
        return _blocks[index].Memory[offset..(int)Math.Min(BlockPool.BlockSize, _length - ((long)index * BlockPool.BlockSize))];
    }

    private bool TryRoom(out Memory<byte> room)
    {
        var used = (int)(_length - (((long)_blocks.Count - 1) * BlockPool.BlockSize));
        if (_blocks.Count == 0 || used == BlockPool.BlockSize)
        {
            room = default;
            if (!_budget.TryTake(BlockPool.BlockSize))
                return false;
            _blocks.Add(_pool.Rent());
            used = 0;
        }
        room = _blocks[^1].Memory[used..];
        return true;
    }

    private void Release()
    {
        lock (_lock)
        {
            foreach (var block in _blocks)
                block.Dispose();
            _budget.Return((long)_blocks.Count * BlockPool.BlockSize);
            _blocks.Clear();
            (_length, _isGivenUp, _hasEnded) = (0, true, true);
        }
    }
}
