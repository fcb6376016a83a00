using System.IO.Compression;

namespace ImageGateway.Images.Masks;

/// <summary>
/// Reads a PNG's brightness line by line, in the order of the file, holding two lines. Call in this order: the header,
/// <see cref="Start"/>, <see cref="Line"/> for each line of each pass, <see cref="Finish"/>. Damage causes an
/// <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class PngReader : IDisposable
{
    private const int LongestPalette = 256 * 3;

    private readonly PngChunks _chunks;
    private readonly ZLibStream _pixels;
    private Luminance _luminance = null!;
    private byte[] _row = [];
    private byte[] _above = [];

    public PngReader(SpooledBytes bytes)
    {
        _chunks = new PngChunks(bytes);
        _chunks.Open();
        if (_chunks is not { Type: PngChunks.Header, Left: PngHeader.Length })
            throw new InvalidDataException("IHDR");
        Span<byte> data = stackalloc byte[PngHeader.Length];
        _chunks.Read(data);
        _chunks.Close();
        Header = PngHeader.Read(data);
        _pixels = new ZLibStream(new PngDataStream(_chunks), CompressionMode.Decompress);
    }

    public PngHeader Header { get; }

    /// <summary>Reads up to the pixels. Memory is allocated only now, so check the header first.</summary>
    public void Start()
    {
        byte[]? palette = null;
        for (_chunks.Open(); _chunks.Type != PngChunks.Data; _chunks.Open())
        {
            if (_chunks.Type is PngChunks.End or PngChunks.Header)
                throw new InvalidDataException("no pixels");
            if (_chunks.Type == PngChunks.Palette)
                palette = Palette(palette);
            _chunks.Close();
        }
        if (palette is null && Header.Colour == PngColour.Palette)
            throw new InvalidDataException("no palette");
        _luminance = new Luminance(Header, palette);
        _row = new byte[1 + Header.RowBytes(Header.Width)];
        _above = new byte[_row.Length];
    }

    /// <summary>The brightness of the next line of a pass.</summary>
    /// <param name="values">As many as the pass is wide.</param>
    /// <param name="isFirst">True for the first line of a pass, which has none above it.</param>
    public void Line(Span<byte> values, bool isFirst)
    {
        (_row, _above) = (_above, _row);
        if (isFirst)
            Array.Clear(_above);
        var row = _row.AsSpan(0, 1 + (int)Header.RowBytes(values.Length));
        if (Inflate(row) < row.Length)
            throw new InvalidDataException("too few pixels");
        PngFilter.Undo(row[0], row[1..], _above.AsSpan(1), Math.Max(1, Header.BitsPerPixel / 8));
        _luminance.Read(row[1..], values);
    }

    /// <summary>Reads from the end of the pixels to the end of the file.</summary>
    public void Finish()
    {
        // Not only to detect surplus pixels: the checksum over all of them is verified at the end.
        Span<byte> more = stackalloc byte[1];
        if (Inflate(more) > 0)
            throw new InvalidDataException("too many pixels");
        for (; _chunks.Type != PngChunks.End; _chunks.Open())
            _chunks.Close();
        _chunks.Close();
    }

    public void Dispose() => _pixels.Dispose();

    private int Inflate(Span<byte> destination) => _pixels.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);

    private byte[] Palette(byte[]? earlier)
    {
        if (earlier is not null || _chunks.Left is 0 or > LongestPalette || _chunks.Left % 3 != 0)
            throw new InvalidDataException("PLTE");
        var palette = new byte[_chunks.Left];
        _chunks.Read(palette);
        return palette;
    }
}
