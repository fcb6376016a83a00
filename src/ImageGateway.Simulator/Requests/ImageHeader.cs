using System.Buffers.Binary;

namespace ImageGateway.Simulator.Requests;

/// <summary>Format and dimensions, read from an image's first bytes.</summary>
internal sealed record ImageHeader(string Format, int Width, int Height, bool HasAlpha)
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Null when the bytes are not a PNG, JPEG or WebP.</summary>
    public static ImageHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 33 && bytes.StartsWith(PngSignature))
            return ReadPng(bytes[16..]);
        if (bytes.Length >= 30 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
            return ReadWebP(bytes[12..]);
        return bytes is [0xFF, 0xD8, ..] ? ReadJpeg(bytes[2..]) : null;
    }

    // A palette image may be transparent, but the services do not count that as an alpha channel.
    private static ImageHeader ReadPng(ReadOnlySpan<byte> header) =>
        new("png", BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]), header[9] is 4 or 6);

    private static ImageHeader? ReadWebP(ReadOnlySpan<byte> chunk)
    {
        if (chunk.StartsWith("VP8X"u8))
            return new("webp", 1 + ReadUInt24(chunk[12..]), 1 + ReadUInt24(chunk[15..]), (chunk[8] & 0x10) != 0);
        if (chunk.StartsWith("VP8 "u8))
            return new("webp", BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(chunk[16..]) & 0x3FFF, false);
        if (!chunk.StartsWith("VP8L"u8))
            return null;
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(chunk[9..]);
        return new("webp", 1 + (int)(bits & 0x3FFF), 1 + (int)(bits >> 14 & 0x3FFF), (bits >> 28 & 1) != 0);
    }

    private static int ReadUInt24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;

    // Segments are skipped up to a start-of-frame: C0 to CF, without C4, C8 and CC, which are tables.
    private static ImageHeader? ReadJpeg(ReadOnlySpan<byte> segments)
    {
        while (segments is [0xFF, var marker, var high, var low, ..])
        {
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return segments.Length < 9
                    ? null
                    : new("jpeg", BinaryPrimitives.ReadUInt16BigEndian(segments[7..]), BinaryPrimitives.ReadUInt16BigEndian(segments[5..]), false);
            }

            var next = 2 + (high << 8 | low);
            segments = next <= segments.Length ? segments[next..] : default;
        }

        return null;
    }
}
