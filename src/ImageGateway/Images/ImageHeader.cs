using System.Buffers.Binary;

namespace ImageGateway.Images;

/// <summary>The supported image file formats.</summary>
internal enum ImageFormat { Png, Jpeg, WebP }

/// <summary>Copies bytes of a file from a position on; returns how many there were.</summary>
internal delegate int FileRead(long position, Span<byte> destination);

/// <summary>
/// An image's header. Pixels are never read, so a decompression bomb costs nothing.
/// </summary>
internal sealed record ImageHeader(ImageFormat Format, int Width, int Height, bool HasAlpha)
{
    // A JPEG has its size after the metadata; no camera writes more segments than this before it.
    private const int MaxJpegSegments = 256;

    /// <summary>Reads the header of a file.</summary>
    public static ImageHeader? Read(SpooledBytes bytes) => Read(bytes.Read);

    /// <summary>Reads the header of a PNG, JPEG or WebP; null when the bytes are none of these or lack a size.</summary>
    /// <param name="read">Copies the file's bytes from a position on; returns how many there were.</param>
    public static ImageHeader? Read(FileRead read)
    {
        Span<byte> head = stackalloc byte[32];
        head = head[..read(0, head)];
        return head switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Png(head),
            [0xFF, 0xD8, 0xFF, ..] => Jpeg(read),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => WebP(head),
            _ => null,
        };
    }

    /// <summary>The format as <c>output_format</c> has it.</summary>
    public string FormatName => Format switch
    {
        ImageFormat.Png => "png",
        ImageFormat.Jpeg => "jpeg",
        _ => "webp",
    };

    /// <summary>The media type of the format.</summary>
    public string ContentType => $"image/{FormatName}";

    // PNG (ISO/IEC 15948 §11.2.2): the IHDR chunk is first; colour types 4 and 6 carry alpha.
    private static ImageHeader? Png(ReadOnlySpan<byte> head)
    {
        if (head.Length < 29 || !head.Slice(12, 4).SequenceEqual("IHDR"u8))
            return null;
        return Sized(ImageFormat.Png, BinaryPrimitives.ReadInt32BigEndian(head[16..]), BinaryPrimitives.ReadInt32BigEndian(head[20..]), head[25] is 4 or 6);
    }

    // JPEG (ITU-T T.81 §B.2): walk the segments to the frame header, SOF0 to SOF15 without DHT, JPG and DAC.
    private static ImageHeader? Jpeg(FileRead read)
    {
        Span<byte> segment = stackalloc byte[9];
        long position = 2;
        for (var i = 0; i < MaxJpegSegments && read(position, segment) == segment.Length && segment[0] == 0xFF; i++)
        {
            var marker = segment[1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return Sized(ImageFormat.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(segment[7..]), BinaryPrimitives.ReadUInt16BigEndian(segment[5..]), false);
            // 0xFF may repeat as padding; 0x01 and 0xD0-0xD7 have no length; every other marker states its length.
            position += marker is 0xFF ? 1 : marker is 0x01 or (>= 0xD0 and <= 0xD7) ? 2 : 2 + BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
        }
        return null;
    }

    // WebP (RFC 9649 §2.5-2.7): lossy, lossless or extended, each with its own place for the size.
    private static ImageHeader? WebP(ReadOnlySpan<byte> head)
    {
        // Lossless needs five bytes of payload, and its whole file may be no longer; the others need ten.
        if (head.Length < 25)
            return null;
        var kind = head.Slice(12, 4);
        if (head.Length >= 30 && kind.SequenceEqual("VP8X"u8))
            return Sized(ImageFormat.WebP, 1 + UInt24(head[24..]), 1 + UInt24(head[27..]), (head[20] & 0x10) != 0);
        if (head.Length >= 30 && kind.SequenceEqual("VP8 "u8))
            return Sized(ImageFormat.WebP, BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(head[28..]) & 0x3FFF, false);
        if (!kind.SequenceEqual("VP8L"u8) || head[20] != 0x2F)
            return null;
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(head[21..]);
        return Sized(ImageFormat.WebP, (int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1, ((bits >> 28) & 1) != 0);
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static ImageHeader? Sized(ImageFormat format, int width, int height, bool alpha) =>
        width > 0 && height > 0 ? new ImageHeader(format, width, height, alpha) : null;
}
