using ImageGateway.Images;
using ImageGateway.Images.Masks;
using ImageGateway.Tests.Simulator;

namespace ImageGateway.Tests.Images.Masks;

public sealed class LuminanceMaskTests : IDisposable
{
    // Some passes of Adam7 are empty in pictures below 5 x 5.
    private static readonly (int Width, int Height)[] Sizes = [(1, 1), (2, 1), (1, 2), (3, 5), (5, 3), (8, 8), (1, 9), (9, 1), (17, 33)];

    private readonly MaskBench _bench = new();

    public static TheoryData<int, int, bool> Kinds()
    {
        var data = new TheoryData<int, int, bool>();
        foreach (var (colour, depth) in TestPng.Kinds)
        {
            data.Add(colour, depth, false);
            data.Add(colour, depth, true);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_converts_pixel_by_pixel_with_every_filter(int colour, int depth, bool interlaced)
    {
        foreach (var (width, height) in Sizes)
        {
            for (var filter = TestPng.MixedFilters; filter <= 4; filter++)
            {
                var png = new TestPng(colour, depth, width, height, seed: (width * 100) + filter) { ChunkSize = filter == 3 ? 1 : 50 };
                await AssertConvertedAsync(png, png.Encode(interlaced, filter));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Inverted_mask_is_the_opposite(int colour, int depth, bool interlaced)
    {
        var png = new TestPng(colour, depth, 17, 33, seed: 1);

        var (_, alpha) = await _bench.ConvertAsync(png.Encode(interlaced), MaskMode.LuminanceInverted);

        AssertAlpha(png, alpha, value => 255 - value);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 8)]
    [InlineData(0, 16)]
    [InlineData(2, 8)]
    [InlineData(6, 16)]
    public async Task Black_is_edited_and_white_is_kept(int colour, int depth)
    {
        var png = new TestPng(colour, depth, 2, 1, seed: 1);
        for (var channel = 0; channel < 3; channel++)
            (png.Sample(0, 0, colour == 0 ? 0 : channel), png.Sample(1, 0, colour == 0 ? 0 : channel)) = (0, (1 << depth) - 1);

        var (_, alpha) = await _bench.ConvertAsync(png.Encode(interlaced: false));

        Assert.Equal((0, 255), (alpha[0, 0], alpha[1, 0]));
    }

    [Theory]
    [InlineData(255, 0, 0, 76)]
    [InlineData(0, 255, 0, 150)]
    [InlineData(0, 0, 255, 29)]
    [InlineData(128, 128, 128, 128)]
    [InlineData(1, 2, 3, 2)]
    public async Task Colours_weigh_as_in_Rec_601(int red, int green, int blue, int expected)
    {
        var png = new TestPng(2, 8, 1, 1, seed: 1);
        (png.Sample(0, 0, 0), png.Sample(0, 0, 1), png.Sample(0, 0, 2)) = (red, green, blue);

        Assert.Equal(expected, (await _bench.ConvertAsync(png.Encode(interlaced: false))).Alpha[0, 0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_noise_becomes_several_chunks(bool interlaced)
    {
        var png = new TestPng(0, 8, 301, 299, seed: 3) { ChunkSize = 8192 };

        var decoded = await AssertConvertedAsync(png, png.Encode(interlaced));

        Assert.True(decoded.Chunks["IDAT"].Length > 64 * 1024);
    }

    [Theory]
    [MemberData(nameof(LibpngSamples.All), MemberType = typeof(LibpngSamples))]
    public async Task Files_of_libpng_convert_pixel_by_pixel(int colour, int depth, string base64)
    {
        var png = LibpngSamples.Picture(colour, depth);

        await AssertConvertedAsync(png, Convert.FromBase64String(base64));
    }

    [Fact]
    public async Task Mask_beyond_the_budget_goes_through_files()
    {
        using var bench = new MaskBench(budget: 0);
        var png = new TestPng(0, 8, 120, 90, seed: 4);

        AssertAlpha(png, (await bench.ConvertAsync(png.Encode(interlaced: false))).Alpha, value => value);
    }

    [Fact]
    public async Task Interlaced_mask_beyond_the_budget_is_refused_for_now()
    {
        using var bench = new MaskBench(budget: 0);

        var error = await bench.FailureAsync(new TestPng(0, 8, 120, 90, seed: 4).Encode(interlaced: true));

        Assert.Equal((ErrorKind.Overloaded, TimeSpan.FromSeconds(1)), (error!.Kind, error.RetryAfter));
    }

    [Fact]
    public async Task Cancelled_conversion_ends()
    {
        using var mask = await _bench.UploadAsync(new TestPng(0, 8, 30, 40, seed: 4).Encode(interlaced: false));
        using var pool = new BlockPool();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LuminanceMask.ConvertAsync(mask, MaskMode.Luminance, pool, _bench.Budget, new CancellationToken(canceled: true)));
    }

    public void Dispose() => _bench.Dispose();

    private async Task<DecodedPng> AssertConvertedAsync(TestPng png, byte[] file)
    {
        var (decoded, alpha) = await _bench.ConvertAsync(file);
        Assert.Equal((png.Width, png.Height), (decoded.Width, decoded.Height));
        AssertAlpha(png, alpha, value => value);
        return decoded;
    }

    private static void AssertAlpha(TestPng png, byte[,] alpha, Func<int, int> expected)
    {
        for (var y = 0; y < png.Height; y++)
        {
            for (var x = 0; x < png.Width; x++)
                Assert.True(expected(png.Brightness(x, y)) == alpha[x, y], $"pixel {x},{y} of {png.Width}x{png.Height}: {alpha[x, y]} instead of {expected(png.Brightness(x, y))}");
        }
    }
}
