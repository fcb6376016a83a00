using ImageGateway.Images;
using ImageGateway.Tests.Images.Masks;
using Xunit.Abstractions;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>Any file has a header or none, at next to no cost; any mask becomes a picture or is refused.</summary>
public sealed class PictureFuzzTests(ITestOutputHelper output) : IDisposable
{
    private static readonly byte[][] Pictures =
    [
        .. TestPng.Kinds.Select(kind => new TestPng(kind.Colour, kind.Depth, 9, 7, seed: 1) { ChunkSize = 40 }.Encode(interlaced: kind.Depth == 8)),
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xE1, 0, 4, 0, 0, 0xFF, 0xFF, 0xC2, 0, 17, 8, 0, 64, 0, 64, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xFF, 0xD9],
        [.. "RIFF"u8, 30, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0x10, 0, 0, 0, 63, 0, 0, 63, 0, 0],
        [.. "RIFF"u8, 30, 0, 0, 0, .. "WEBPVP8 "u8, 10, 0, 0, 0, 0x10, 0, 0, 0x9D, 1, 0x2A, 64, 0, 64, 0],
        [.. "RIFF"u8, 30, 0, 0, 0, .. "WEBPVP8L"u8, 5, 0, 0, 0, 0x2F, 63, 0xC0, 0x0F, 0x10],
    ];

    private readonly MaskBench _bench = new();
    private readonly BlockPool _pool = new();

    [Fact]
    public void Header_is_read_or_there_is_none() => Fuzz(20_000, (file, random) =>
    {
        using var bytes = Spooled(file, 1 << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var header = ImageHeader.Read(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
        Assert.True(header is null or { Width: > 0, Height: > 0 });
        if (!random.Chance(1))
            return;
        using var onDisk = Spooled(file, 0);
        Assert.Equal(header, ImageHeader.Read(onDisk));
    });

    [Fact]
    public void Mask_is_made_or_refused() => Fuzz(8000, (file, random) =>
    {
        // With right checksums a file gets further.
        var error = _bench.FailureAsync(random.Chance(70) ? TestPng.Sealed(file) : file).GetAwaiter().GetResult();
        Assert.True(error is null or { Kind: ErrorKind.InvalidMask, Param: "mask" });
        Assert.Equal(0, _bench.Budget.Held);
    });

    public void Dispose()
    {
        _bench.Dispose();
        _pool.Dispose();
    }

    private void Fuzz(int inputs, Action<byte[], Random> law) => new Fuzzer(output).Run(inputs, random =>
    {
        var (mutator, picture) = (new Mutator(random), random.Pick(Pictures));
        return random.Chance(80) ? mutator.Bytes(picture, random.Pick(Pictures)) : mutator.Pieces(picture, "IDAT", "\xFF", "\0");
    }, law);

    private SpooledBytes Spooled(byte[] file, long budget)
    {
        var bytes = new SpooledBytes(_pool, new BufferBudget(budget));
        bytes.FillAsync(new MemoryStream(file), long.MaxValue, CancellationToken.None).GetAwaiter().GetResult();
        return bytes;
    }
}
