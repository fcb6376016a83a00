namespace ImageGateway.Images.Masks;

/// <summary>
/// Converts a grey, coloured or palette PNG to the alpha mask that providers accept: alpha 0 where the image is edited, 255
/// where it is kept. The result is black 8-bit RGBA of the same size; its alpha is the <see cref="Luminance"/> of the mask, or
/// 255 minus that. The mask's own alpha (a channel, or a palette's tRNS) is ignored, as are gamma and colour profiles.
/// </summary>
internal static class LuminanceMask
{
    /// <summary>The parameter that requests it; it is the gateway's own and not sent to providers.</summary>
    public const string Parameter = "mask_mode";

    /// <summary>Longest edge in pixels: limits the lines held in memory to 384 KiB in all.</summary>
    public const int MaxEdge = 16_384;

    /// <summary>
    /// Most pixels, 32 Mi: a camera's 24 megapixels and a margin. Costs at worst a second of one core, and 32 MiB of the budget
    /// when interlaced.
    /// </summary>
    public const long MaxPixels = 32L << 20;

    // Deflate's own limit (zlib: "maximum compression factor"): a header that promises more than its file can hold is refused
    // at once.
    private const long MostInflation = 1032;

    /// <summary>The alpha mask; the caller disposes it, and <paramref name="mask"/> too. The mask's size must have been checked.</summary>
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
            throw new GatewayException(ErrorKind.InvalidMask, $"Invalid mask image format - the mask has {header.Width}x{header.Height} pixels. Allowed with '{Parameter}': at most {MaxPixels} pixels, and {MaxEdge} per edge.", "mask");
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
