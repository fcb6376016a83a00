using ImageGateway.Images;
using ImageGateway.Images.Masks;
using ImageGateway.Tests.Simulator;

namespace ImageGateway.Tests.Images.Masks;

/// <summary>What tests of masks share: a pool, a budget, and a way in and out of the conversion. Ends with a look at the budget.</summary>
internal sealed class MaskBench(long budget = 1 << 30) : IDisposable
{
    private readonly BlockPool _pool = new();

    public BufferBudget Budget { get; } = new(budget);

    /// <summary>Converts; the alpha of the answer, which must be black RGBA.</summary>
    public async Task<(DecodedPng Png, byte[,] Alpha)> ConvertAsync(byte[] file, MaskMode mode = MaskMode.Luminance)
    {
        using var mask = await UploadAsync(file);
        using var converted = await LuminanceMask.ConvertAsync(mask, mode, _pool, Budget, CancellationToken.None);
        using var bytes = new MemoryStream();
        await converted.Bytes.CopyToAsync(bytes, CancellationToken.None);
        Assert.Equal(ImageHeader.Read(converted.Bytes), converted.Header);
        Assert.Equal(mask.Header with { HasAlpha = true }, converted.Header);
        var png = DecodedPng.Read(bytes.ToArray());
        return (png, Alpha(png));
    }

    /// <summary>Why a conversion failed; null when it succeeded. Any other exception falls through.</summary>
    public async Task<GatewayError?> FailureAsync(byte[] file)
    {
        try
        {
            await ConvertAsync(file);
            return null;
        }
        catch (GatewayException e)
        {
            return e.Error;
        }
    }

    public async Task<InputImage> UploadAsync(byte[] file)
    {
        var bytes = new SpooledBytes(_pool, Budget);
        await bytes.FillAsync(new MemoryStream(file), long.MaxValue, CancellationToken.None);
        if (ImageHeader.Read(bytes) is { } header)
            return new InputImage("mask.png", bytes, header);
        bytes.Dispose();
        throw new GatewayException(ErrorKind.InvalidMask, "not a PNG", "mask");
    }

    /// <summary>Why a conversion failed, and the bytes it allocated.</summary>
    public async Task<(GatewayError Error, long Allocated)> CostAsync(byte[] file)
    {
        using var mask = await UploadAsync(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var converted = LuminanceMask.ConvertAsync(mask, MaskMode.Luminance, _pool, Budget, CancellationToken.None);
        Assert.True(converted.IsCompleted);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return ((await Assert.ThrowsAsync<GatewayException>(() => converted)).Error, allocated);
    }

    public void Dispose()
    {
        Assert.Equal(0, Budget.Held);
        _pool.Dispose();
    }

    public static byte[,] Alpha(DecodedPng png)
    {
        Assert.Equal((6, 8), (png.ColorType, png.Chunks["IHDR"][8]));
        Assert.Equal(png.Height * (1 + (4 * png.Width)), png.ScanLines.Length);
        var alpha = new byte[png.Width, png.Height];
        for (var (y, at) = (0, 0); y < png.Height; y++)
        {
            Assert.Equal(2, png.ScanLines[at++]);
            for (var x = 0; x < png.Width; x++, at += 4)
            {
                Assert.Equal([0, 0, 0], png.ScanLines[at..(at + 3)]);
                alpha[x, y] = (byte)(png.ScanLines[at + 3] + (y == 0 ? 0 : alpha[x, y - 1]));
            }
        }
        return alpha;
    }
}
