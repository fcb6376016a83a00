using System.Buffers;

namespace ImageGateway.Images;

/// <summary>
/// Pinned blocks of 64 KiB, shared by the server's connections and the bodies held in memory. The framework's own pool has
/// blocks of 4 KiB, which halves the speed of uploads.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Bytes of one block.</summary>
    public const int BlockSize = 64 * 1024;

    // Idle blocks: at most 32 MiB. Further ones are returned to the runtime, which frees pinned memory late: with less, uploads
    // of 8 MB cost 80 MB more of resident set.
    private const int MaxIdle = 512;

    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _idle = new();

    public override int MaxBufferSize => BlockSize;

    /// <summary>Idle bytes.</summary>
    public long Idle
    {
        get
        {
            lock (_lock)
                return (long)_idle.Count * BlockSize;
        }
    }

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        lock (_lock)
        {
            // The last returned block is the likeliest to be in the processor's cache.
            if (_idle.TryPop(out var bytes))
                return new Block(this, bytes);
        }
        return new Block(this, GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true));
    }

    protected override void Dispose(bool disposing) => _idle.Clear();

    private void Return(byte[] bytes)
    {
        lock (_lock)
        {
            if (_idle.Count < MaxIdle)
                _idle.Push(bytes);
        }
    }

    // One per rental, so that a second Dispose, however late, cannot free the next owner's bytes.
    private sealed class Block(BlockPool pool, byte[] bytes) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = bytes;

        public Memory<byte> Memory => _bytes ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _bytes, null) is { } bytes)
                pool.Return(bytes);
        }
    }
}
