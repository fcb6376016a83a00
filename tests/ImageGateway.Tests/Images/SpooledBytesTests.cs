using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class SpooledBytesTests
{
    private const int Block = BlockPool.BlockSize;

    private readonly BlockPool _pool = new();

    // Lengths around the block's, budgets of none to enough; a budget smaller than the file sends the rest to disk.
    [Theory]
    [InlineData(0, 10, false)]
    [InlineData(1, 10, false)]
    [InlineData(Block - 1, 10, false)]
    [InlineData(Block, 10, false)]
    [InlineData(Block + 1, 10, false)]
    [InlineData(5 * Block, 10, false)]
    [InlineData(5 * Block, 5, false)]
    [InlineData((5 * Block) + 1, 5, true)]
    [InlineData((3 * Block) + 17, 2, true)]
    [InlineData(1, 0, true)]
    [InlineData(4 * Block, 0, true)]
    public async Task Bytes_come_back_equal_from_memory_and_disk(int length, int blocks, bool spooled)
    {
        var budget = new BufferBudget(blocks * (long)Block);
        var bytes = new Random(length).Bytes(length);
        var body = new SpooledBytes(_pool, budget);
        Assert.True(await body.FillAsync(new Dripping(bytes, new Random(1)), length, CancellationToken.None));

        Assert.Equal(length, body.Length);
        Assert.Equal(spooled, body.IsSpooled);
        Assert.InRange(budget.Held, 0, blocks * (long)Block);
        Assert.Equal(bytes, await CopyAsync(body));
        Assert.Equal(bytes, await CopyAsync(body));
        body.Dispose();
        body.Dispose();
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public void Any_part_can_be_read_wherever_it_lies() => Properties.Hold(100, random =>
    {
        var bytes = random.Bytes(random.Next(0, 4 * Block));
        using var body = Filled(bytes, random.Next(0, 5));
        for (var i = 0; i < 20; i++)
        {
            var position = random.Next(0, bytes.Length + 10);
            var part = new byte[random.Pick(0, 1, 30, Block, 2 * Block)];
            var read = body.Read(position, part);
            var expected = bytes.AsSpan(Math.Min(position, bytes.Length));
            expected = expected[..Math.Min(expected.Length, part.Length)];
            Assert.True(expected.SequenceEqual(part.AsSpan(0, read)));
        }
    });

    [Theory]
    [InlineData(10)]
    [InlineData(0)]
    public async Task File_above_its_limit_is_refused(int blocks)
    {
        var budget = new BufferBudget(blocks * (long)Block);
        using (var body = new SpooledBytes(_pool, budget))
        {
            Assert.False(await body.FillAsync(new MemoryStream(new byte[100_001]), 100_000, CancellationToken.None));
            Assert.InRange(body.Length, 0, 100_000);
        }
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public void Temporary_file_has_no_name_while_in_use_nor_afterwards()
    {
        if (OperatingSystem.IsWindows())
            return;
        using (var body = Filled(new byte[100_000], blocks: 0))
        {
            Assert.True(body.IsSpooled);
            Assert.Empty(Files());
        }
        Assert.Empty(Files());

        static string[] Files() => Directory.GetFiles(Path.GetTempPath(), "imagegateway-????????????????????????????????");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1)]
    [InlineData(0)]
    public async Task Dispose_while_a_copy_runs_frees_nothing_before_it_ends(int blocks)
    {
        var budget = new BufferBudget(blocks * (long)Block);
        var bytes = new Random(7).Bytes(3 * Block);
        var body = new SpooledBytes(_pool, budget);
        await body.FillAsync(new MemoryStream(bytes), long.MaxValue, CancellationToken.None);
        var held = budget.Held;
        var gate = new Gate();
        var copying = body.CopyToAsync(gate, CancellationToken.None);
        await gate.Reached.Task;

        body.Dispose();
        Assert.Equal(held, budget.Held);
        using (var other = _pool.Rent())
            other.Memory.Span.Clear();
        gate.Open.SetResult();
        await copying;

        Assert.Equal(bytes, gate.ToArray());
        Assert.Equal(0, budget.Held);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => body.CopyToAsync(Stream.Null, CancellationToken.None));
    }

    [Fact]
    public async Task Copy_that_fails_still_lets_go()
    {
        var budget = new BufferBudget(Block);
        var body = Filled(new byte[10], budget);
        using var closed = new MemoryStream();
        await closed.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => body.CopyToAsync(closed, CancellationToken.None));
        body.Dispose();
        Assert.Equal(0, budget.Held);
    }

    private SpooledBytes Filled(byte[] bytes, int blocks) => Filled(bytes, new BufferBudget(blocks * (long)Block));

    private SpooledBytes Filled(byte[] bytes, BufferBudget budget)
    {
        var body = new SpooledBytes(_pool, budget);
        Assert.True(body.FillAsync(new MemoryStream(bytes), long.MaxValue, CancellationToken.None).GetAwaiter().GetResult());
        return body;
    }

    private static async Task<byte[]> CopyAsync(SpooledBytes body)
    {
        using var copy = new MemoryStream();
        await body.CopyToAsync(copy, CancellationToken.None);
        return copy.ToArray();
    }

    private sealed class Dripping(byte[] bytes, Random random) : MemoryStream(bytes, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 50_000))], cancellationToken);
    }

    private sealed class Gate : MemoryStream
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reached.TrySetResult();
            await Open.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
