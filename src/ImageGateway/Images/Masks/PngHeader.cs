using System.Buffers.Binary;

namespace ImageGateway.Images.Masks;

/// <summary>The meaning of a PNG's samples (ISO/IEC 15948 §11.2.2).</summary>
internal enum PngColour : byte { Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6 }

/// <summary>A PNG's IHDR chunk; the memory it implies is known before a pixel is inflated.</summary>
internal sealed record PngHeader(int Width, int Height, int BitDepth, PngColour Colour, bool IsInterlaced)
{
    /// <summary>Bytes of the chunk's data.</summary>
    public const int Length = 13;

    /// <summary>Reads the 13 bytes of the chunk.</summary>
    /// <exception cref="InvalidDataException">They are not a valid header.</exception>
    public static PngHeader Read(ReadOnlySpan<byte> data)
    {
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
        var (depth, colour) = (data[8], (PngColour)data[9]);
        // The last three: compression and filter method, each with one valid value, and interlacing.
        if (width <= 0 || height <= 0 || !IsLegal(depth, colour) || data[10] != 0 || data[11] != 0 || data[12] > 1)
            throw new InvalidDataException("IHDR");
        return new PngHeader(width, height, depth, colour, data[12] == 1);
    }

    /// <summary>Bits of one pixel: 1 to 64.</summary>
    public int BitsPerPixel => BitDepth * Colour switch
    {
        PngColour.Rgb => 3,
        PngColour.GreyAlpha => 2,
        PngColour.Rgba => 4,
        _ => 1,
    };

    /// <summary>Number of pixels.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>Bytes of the inflated image, including one per line for its filter.</summary>
    public long InflatedLength
    {
        get
        {
            var total = 0L;
            foreach (var pass in PngPass.Of(this))
                total += pass.Height * (1 + RowBytes(pass.Width));
            return total;
        }
    }

    /// <summary>Bytes of a line of <paramref name="width"/> pixels, without its filter.</summary>
    public long RowBytes(int width) => (((long)width * BitsPerPixel) + 7) / 8;

    // ISO/IEC 15948 table 11.1.
    private static bool IsLegal(int depth, PngColour colour) => colour switch
    {
        PngColour.Grey => depth is 1 or 2 or 4 or 8 or 16,
        PngColour.Palette => depth is 1 or 2 or 4 or 8,
        PngColour.Rgb or PngColour.GreyAlpha or PngColour.Rgba => depth is 8 or 16,
        _ => false,
    };
}
