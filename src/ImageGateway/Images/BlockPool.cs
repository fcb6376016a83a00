using System.Buffers;
using System.Collections.Concurrent;

namespace ImageGateway.Images;

/// <summary>
/// Pinned blocks of 64 KiB, shared by the server's connections and the bodies held in memory.
/// The framework's own pool hands out 4 KiB, which costs uploads half of their speed.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Bytes of one block.</summary>
    public const int BlockSize = 64 * 1024;

    // What may lie unused: 32 MiB. Blocks above it go back to the runtime.
    private const int MaxIdle = 512;

    private readonly ConcurrentQueue<Block> _idle = new();
    private int _idleCount;

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (!_idle.TryDequeue(out var block))
            return new Block(this);
        Interlocked.Decrement(ref _idleCount);
        block.Take();
        return block;
    }

    protected override void Dispose(bool disposing) => _idle.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _idleCount) <= MaxIdle)
            _idle.Enqueue(block);
        else
            Interlocked.Decrement(ref _idleCount);
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);
        private int _taken = 1;

        public Memory<byte> Memory => _bytes;

        public void Take() => Volatile.Write(ref _taken, 1);

        // A second Dispose must not put the block into two hands.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _taken, 0) == 1)
                pool.Return(this);
        }
    }
}
