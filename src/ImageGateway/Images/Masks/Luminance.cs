namespace ImageGateway.Images.Masks;

/// <summary>
/// The brightness of pixels, 0 to 255. Colours are weighted as in ITU-R BT.601, in integers: (299 R + 587 G + 114 B + 500) /
/// 1000. Samples below 8 bits are scaled (v · 255 / (2^depth - 1), exact); for 16 bits the high byte is used. Transparency is
/// ignored.
/// </summary>
internal sealed class Luminance
{
    private readonly PngHeader _header;

    // Grey up to 8 bits and palettes: brightness by sample. Null when samples are converted directly.
    private readonly byte[]? _table;

    /// <summary>Creates a reader for pixels of an image.</summary>
    /// <param name="header">The format of the pixels.</param>
    /// <param name="palette">The PLTE chunk, three bytes per colour; empty if there is none.</param>
    public Luminance(PngHeader header, ReadOnlySpan<byte> palette)
    {
        _header = header;
        _table = header is { Colour: PngColour.Palette } ? Colours(palette) : header is { Colour: PngColour.Grey, BitDepth: <= 8 } ? Greys(header.BitDepth) : null;
    }

    /// <summary>The brightness of each pixel of a scan line.</summary>
    /// <exception cref="InvalidDataException">The palette has no such colour.</exception>
    public void Read(ReadOnlySpan<byte> row, Span<byte> values)
    {
        if (_table is not null)
            Look(_table, row, values);
        else if (_header.Colour is PngColour.Rgb or PngColour.Rgba)
            Weigh(row, values);
        else
            Pick(row, values);
    }

    private static byte[] Greys(int depth)
    {
        var table = new byte[1 << depth];
        for (var i = 0; i < table.Length; i++)
            table[i] = (byte)(i * 255 / (table.Length - 1));
        return table;
    }

    private static byte[] Colours(ReadOnlySpan<byte> palette)
    {
        var table = new byte[palette.Length / 3];
        for (var i = 0; i < table.Length; i++)
            table[i] = Of(palette[3 * i], palette[(3 * i) + 1], palette[(3 * i) + 2]);
        return table;
    }

    private static byte Of(int red, int green, int blue) => (byte)(((299 * red) + (587 * green) + (114 * blue) + 500) / 1000);

    private void Look(byte[] table, ReadOnlySpan<byte> row, Span<byte> values)
    {
        var (depth, mask) = (_header.BitDepth, (1 << _header.BitDepth) - 1);
        for (var i = 0; i < values.Length; i++)
        {
            // The leftmost pixel is in the high bits.
            var bit = i * depth;
            var sample = (row[bit >> 3] >> (8 - depth - (bit & 7))) & mask;
            values[i] = sample < table.Length ? table[sample] : throw new InvalidDataException("palette index");
        }
    }

    private void Weigh(ReadOnlySpan<byte> row, Span<byte> values)
    {
        var (pixel, sample) = (_header.BitsPerPixel / 8, _header.BitDepth / 8);
        for (var (i, at) = (0, 0); i < values.Length; i++, at += pixel)
            values[i] = Of(row[at], row[at + sample], row[at + sample + sample]);
    }

    private void Pick(ReadOnlySpan<byte> row, Span<byte> values)
    {
        var pixel = _header.BitsPerPixel / 8;
        for (var i = 0; i < values.Length; i++)
            values[i] = row[i * pixel];
    }
}
