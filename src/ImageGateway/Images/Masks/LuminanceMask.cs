namespace ImageGateway.Images.Masks;

/// <summary>
/// Turns a grey, coloured or palette PNG into the alpha mask that providers take: alpha 0 where the picture is edited, 255 where it is
/// kept. The result is black RGBA of 8 bits and the same size; its alpha is the <see cref="Luminance"/> of the mask, or 255 less that.
/// Alpha the mask has itself (a channel, or a palette's tRNS) counts for nothing, as do gamma and colour profiles.
/// </summary>
internal static class LuminanceMask
{
    /// <summary>The parameter that asks for it, which is the gateway's own and no provider's.</summary>
    public const string Parameter = "mask_mode";

    /// <summary>Longest edge in pixels: bounds the lines held in memory to 384 KiB in all.</summary>
    public const int MaxEdge = 16_384;

    /// <summary>Most pixels, 32 Mi: a camera's 24 megapixels and some. Costs a second of one core at worst, and 32 MiB of the budget when interlaced.</summary>
    public const long MaxPixels = 32L << 20;

    // Deflate's own limit (zlib: "maximum compression factor"): a header that promises more than its file can hold is not worth a start.
    private const long MostInflation = 1032;

    /// <summary>The alpha mask; the caller disposes it, and <paramref name="mask"/> too. The latter's size must have been checked.</summary>
    /// <exception cref="GatewayException">The mask is damaged or too large, or memory is short.</exception>
    public static async Task<InputImage> ConvertAsync(InputImage mask, MaskMode mode, BlockPool pool, BufferBudget budget, CancellationToken cancellationToken)
    {
        var bytes = new SpooledBytes(pool, budget);
        try
        {
            using var picture = new PngReader(mask.Bytes);
            Check(picture.Header, mask.Bytes.Length);
            await ConvertAsync(picture, mode, bytes, budget, cancellationToken);
            return new InputImage(mask.FileName, bytes, mask.Header with { HasAlpha = true });
        }
        catch (InvalidDataException e)
        {
            bytes.Dispose();
            throw new GatewayException(new GatewayError(ErrorKind.InvalidMask, "Invalid mask image format - the mask is a damaged PNG.", "mask"), e);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static void Check(PngHeader header, long fileLength)
    {
        if (header.Width > MaxEdge || header.Height > MaxEdge || header.Pixels > MaxPixels)
            throw new GatewayException(ErrorKind.InvalidMask, $"Invalid mask image format - the mask has {header.Width}x{header.Height} pixels. Allowed with '{Parameter}': at most {MaxPixels} pixels, and {MaxEdge} an edge.", "mask");
        if (header.InflatedLength > fileLength * MostInflation)
            throw new InvalidDataException("too short for its size");
    }

    private static async Task ConvertAsync(PngReader picture, MaskMode mode, SpooledBytes bytes, BufferBudget budget, CancellationToken cancellationToken)
    {
        var header = picture.Header;
        picture.Start();
        using var plane = header.IsInterlaced ? MaskPlane.Read(picture, budget, cancellationToken) : null;
        using var writer = new PngWriter(bytes, header.Width);
        await writer.StartAsync(header.Height, cancellationToken);
        var line = new byte[header.Width];
        for (var y = 0; y < header.Height; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (plane is null)
                picture.Line(line, isFirst: y == 0);
            else
                plane.Line(y).CopyTo(line);
            if (mode == MaskMode.LuminanceInverted)
                Invert(line);
            await writer.LineAsync(line, cancellationToken);
        }
        picture.Finish();
        await writer.FinishAsync(cancellationToken);
    }

    private static void Invert(Span<byte> values)
    {
        foreach (ref var value in values)
            value = (byte)(255 - value);
    }
}
