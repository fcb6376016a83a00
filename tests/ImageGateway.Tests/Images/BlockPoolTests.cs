using System.Buffers;
using System.Runtime.InteropServices;
using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class BlockPoolTests
{
    [Fact]
    public void Block_is_64_KiB_and_comes_back()
    {
        using var pool = new BlockPool();
        var first = pool.Rent();
        var bytes = Array(first);
        Assert.Equal(64 * 1024, first.Memory.Length);
        first.Dispose();
        using var second = pool.Rent(BlockPool.BlockSize);
        Assert.Same(bytes, Array(second));
    }

    [Fact]
    public void Block_disposed_twice_goes_to_one_hand()
    {
        using var pool = new BlockPool();
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();
        using var a = pool.Rent();
        using var b = pool.Rent();
        Assert.NotSame(Array(a), Array(b));
    }

    [Fact]
    public void Block_disposed_again_after_it_went_to_another_stays_there()
    {
        using var pool = new BlockPool();
        var old = pool.Rent();
        old.Dispose();
        using var a = pool.Rent();
        old.Dispose();
        using var b = pool.Rent();
        Assert.NotSame(Array(a), Array(b));
    }

    [Fact]
    public void Block_above_the_size_is_refused()
    {
        using var pool = new BlockPool();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(BlockPool.BlockSize + 1));
    }

    [Fact]
    public void Idle_blocks_are_bounded()
    {
        using var pool = new BlockPool();
        var rented = Enumerable.Range(0, 600).Select(_ => pool.Rent()).ToList();
        var known = rented.Select(Array).ToHashSet();
        Assert.Equal(600, known.Count);
        rented.ForEach(block => block.Dispose());
        var again = Enumerable.Range(0, 600).Select(_ => Array(pool.Rent())).ToList();
        Assert.Equal(512, again.Count(known.Contains));
    }

    [Fact]
    public async Task Many_hands_never_share_a_block()
    {
        using var pool = new BlockPool();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(hand => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                using var block = pool.Rent();
                block.Memory.Span[0] = (byte)hand;
                Assert.Equal(hand, Volatile.Read(ref block.Memory.Span[0]));
            }
        })));
    }

    private static byte[] Array(IMemoryOwner<byte> block) => MemoryMarshal.TryGetArray<byte>(block.Memory, out var array) ? array.Array! : throw new InvalidOperationException();
}
