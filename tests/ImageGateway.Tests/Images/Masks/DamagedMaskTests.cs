using System.Buffers.Binary;
using ImageGateway.Images;

namespace ImageGateway.Tests.Images.Masks;

/// <summary>Whatever a file is, it costs little and ends as a picture or as a refusal.</summary>
public sealed class DamagedMaskTests : IDisposable
{
    private readonly MaskBench _bench = new();

    public static TheoryData<int, int, bool> Kinds() => LuminanceMaskTests.Kinds();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task File_cut_anywhere_is_refused(int colour, int depth, bool interlaced)
    {
        var file = new TestPng(colour, depth, 5, 6, seed: 1) { ChunkSize = 20 }.Encode(interlaced);

        for (var length = 0; length < file.Length; length++)
            AssertRefused(await _bench.FailureAsync(file[..length]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task File_with_any_byte_changed_is_refused(int colour, int depth, bool interlaced)
    {
        var file = new TestPng(colour, depth, 5, 6, seed: 2) { ChunkSize = 20 }.Encode(interlaced);

        foreach (var change in new byte[] { 0x01, 0x20, 0xFF })
        {
            for (var i = 0; i < file.Length; i++)
            {
                file[i] ^= change;
                AssertRefused(await _bench.FailureAsync(file));
                file[i] ^= change;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Damage_with_right_checksums_is_refused_or_read(int colour, int depth, bool interlaced)
    {
        var random = new Random(colour + depth);
        var file = new TestPng(colour, depth, 9, 7, seed: 3) { ChunkSize = 40 }.Encode(interlaced);

        for (var i = 0; i < 300; i++)
        {
            var damaged = (byte[])file.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                damaged[random.Next(8, damaged.Length)] = (byte)random.Next(256);
            var error = await _bench.FailureAsync(TestPng.Sealed(damaged));
            if (error is not null)
                AssertRefused(error);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Filter_that_does_not_exist_is_refused(bool interlaced)
    {
        var png = new TestPng(0, 8, 5, 6, seed: 1);

        AssertDamaged(await _bench.FailureAsync(png.Encode(interlaced, filter: 5)));
        AssertDamaged(await _bench.FailureAsync(png.Encode(interlaced, filter: 255)));
    }

    [Fact]
    public async Task Palette_that_is_absent_or_too_short_or_torn_is_refused()
    {
        var png = new TestPng(3, 4, 5, 6, seed: 1);
        png.Sample(2, 3) = 9;
        var whole = png.Palette;

        foreach (var palette in new[] { [], whole[..(9 * 3)], whole[..^1], new byte[257 * 3] })
        {
            png.Palette = palette;
            AssertDamaged(await _bench.FailureAsync(png.Encode(interlaced: false)));
        }
        var file = png.Encode(interlaced: false);
        AssertDamaged(await _bench.FailureAsync([.. file[..33], .. file[file.AsSpan().IndexOf("IDAT"u8)..]]));
    }

    [Fact]
    public async Task Short_palette_that_is_long_enough_is_taken()
    {
        var png = new TestPng(3, 8, 3, 3, seed: 1);
        for (var i = 0; i < 9; i++)
            png.Sample(i % 3, i / 3) = i % 2;
        png.Palette = [0, 0, 0, 255, 255, 255];

        Assert.Null(await _bench.FailureAsync(png.Encode(interlaced: false)));
    }

    [Fact]
    public async Task Pixels_too_few_or_too_many_or_with_a_wrong_checksum_are_refused()
    {
        var png = new TestPng(0, 8, 5, 6, seed: 1);
        var lines = png.ScanLines(interlaced: false, filter: 1);
        var wrong = TestPng.Deflate(lines);
        wrong[^1] ^= 1;

        AssertDamaged(await _bench.FailureAsync(png.Encode(false, TestPng.Deflate(lines[..^1]))));
        AssertDamaged(await _bench.FailureAsync(png.Encode(false, TestPng.Deflate([.. lines, 0]))));
        AssertDamaged(await _bench.FailureAsync(png.Encode(false, wrong)));
        AssertDamaged(await _bench.FailureAsync(png.Encode(false, [])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task Preset_dictionary_is_damage_and_not_an_error_of_a_disk(int chunkSize)
    {
        var png = new TestPng(0, 8, 5, 6, seed: 1) { ChunkSize = chunkSize };
        var pixels = TestPng.Deflate(png.ScanLines(interlaced: false, filter: 0));

        AssertDamaged(await _bench.FailureAsync(png.Encode(false, [0x78, 0xBB, 0, 0, 0, 1, .. pixels[2..]])));
    }

    [Theory]
    [InlineData("ABCD", false)]
    [InlineData("aBCD", true)]
    public async Task Unknown_chunk_is_skipped_unless_it_is_critical(string type, bool taken)
    {
        var file = new TestPng(0, 8, 5, 6, seed: 1).Encode(interlaced: false);

        var error = await _bench.FailureAsync([.. file[..33], .. TestPng.Chunk(type, new byte[10_000]), .. file[33..]]);

        Assert.Equal(taken, error is null);
    }

    [Theory]
    [InlineData(60_000, 60_000, "60000x60000")]
    [InlineData(16_385, 1, "16385x1")]
    [InlineData(8_192, 4_097, "8192x4097")]
    public async Task Size_above_the_limit_costs_nothing(int width, int height, string named)
    {
        var (error, allocated) = await _bench.CostAsync(Claiming(width, height, interlaced: true, TestPng.Deflate(new byte[40_000_000])));

        Assert.Equal((ErrorKind.InvalidMask, "mask"), (error.Kind, error.Param));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 100_000);
    }

    [Fact]
    public async Task Size_that_the_file_cannot_hold_costs_nothing()
    {
        var (error, allocated) = await _bench.CostAsync(Claiming(5_000, 5_000, interlaced: true, TestPng.Deflate([1, 2, 3])));

        AssertDamaged(error);
        Assert.InRange(allocated, 0, 100_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Huge_pixels_of_a_small_picture_are_not_inflated(bool interlaced)
    {
        var (error, allocated) = await _bench.CostAsync(Claiming(2, 2, interlaced, TestPng.Deflate(new byte[200_000_000])));

        AssertDamaged(error);
        Assert.InRange(allocated, 0, 1_000_000);
    }

    public void Dispose() => _bench.Dispose();

    private static byte[] Claiming(int width, int height, bool interlaced, byte[] pixels)
    {
        var file = new TestPng(0, 8, 1, 1, seed: 1).Encode(interlaced, pixels);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        return TestPng.Sealed(file);
    }

    private static void AssertRefused(GatewayError? error)
    {
        Assert.NotNull(error);
        Assert.Equal((ErrorKind.InvalidMask, "mask"), (error.Kind, error.Param));
    }

    private static void AssertDamaged(GatewayError? error)
    {
        AssertRefused(error);
        Assert.Contains("the mask is a damaged PNG", error!.Message, StringComparison.Ordinal);
    }
}
