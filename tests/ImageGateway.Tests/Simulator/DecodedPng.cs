using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ImageGateway.Simulator.Drawing;

namespace ImageGateway.Tests.Simulator;

/// <summary>A PNG taken apart by rules of its own: signature, checksums, chunks, scan lines.</summary>
public sealed record DecodedPng(int Width, int Height, int ColorType, IReadOnlyDictionary<string, byte[]> Chunks, byte[] ScanLines)
{
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public int BytesPerPixel => ColorType == 6 ? 4 : 3;

    /// <summary>A picture to upload; <paramref name="alpha"/> decides whether it has an alpha channel.</summary>
    public static byte[] Create(int width, int height, bool alpha = false)
    {
        using var canvas = new Canvas(width, height);
        return PngWriter.Encode(canvas, alpha, "test");
    }

    public static DecodedPng Read(string base64) => Read(Convert.FromBase64String(base64));

    public static DecodedPng Read(byte[] png)
    {
        Assert.Equal(Signature, png[..8]);
        var chunks = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var checksum = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length));
            Assert.Equal(Checksum(png.AsSpan(at + 4, 4 + length)), checksum);
            var type = Encoding.ASCII.GetString(png, at + 4, 4);
            // Pixels may come in several chunks.
            byte[] earlier = type == "IDAT" && chunks.Remove(type, out var part) ? part : [];
            chunks.Add(type, [.. earlier, .. png.AsSpan(at + 8, length)]);
            at += 12 + length;
        }

        var header = chunks["IHDR"];
        return new DecodedPng(
            BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)), header[9], chunks, Inflate(chunks["IDAT"]));
    }

    /// <summary>The bytes of one pixel, with the up filter of every line undone.</summary>
    public byte[] Pixel(int x, int y)
    {
        var pixel = new byte[BytesPerPixel];
        var stride = 1 + Width * BytesPerPixel;
        for (var row = 0; row <= y; row++)
        {
            Assert.Equal(2, ScanLines[row * stride]);
            for (var i = 0; i < pixel.Length; i++)
                pixel[i] += ScanLines[row * stride + 1 + x * BytesPerPixel + i];
        }

        return pixel;
    }

    private static byte[] Inflate(byte[] data)
    {
        using var zlib = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
        using var lines = new MemoryStream();
        zlib.CopyTo(lines);
        return lines.ToArray();
    }

    // Bit by bit, without a table: slow, and not the code under test.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }

        return ~crc;
    }
}
