using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace ImageGateway.Simulator.Drawing;

/// <summary>Writes a canvas as PNG: 8 bits a channel, RGB or RGBA, with a <c>caBX</c> chunk where the real services put C2PA provenance.</summary>
internal static class PngWriter
{
    private const byte TrueColor = 2;
    private const byte TrueColorWithAlpha = 6;
    private const byte UpFilter = 2;

    // Length, type and checksum; and the whole of IHDR.
    private const int ChunkFrame = 12;
    private const int HeaderChunk = ChunkFrame + 13;
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static byte[] Encode(Canvas canvas, bool alpha, string provenance)
    {
        using var png = new MemoryStream(canvas.Width * canvas.Height / 8);
        png.Write(Signature);
        WriteChunk(png, "IHDR"u8, stream => WriteHeader(stream, canvas, alpha));
        WriteProvenance(png, provenance);
        WriteChunk(png, "IDAT"u8, stream => WritePixels(stream, canvas, alpha));
        WriteChunk(png, "IEND"u8, _ => { });
        return png.ToArray();
    }

    /// <summary>A finished PNG with another provenance.</summary>
    public static byte[] WithProvenance(ReadOnlySpan<byte> finished, string provenance)
    {
        var at = Signature.Length + HeaderChunk;
        var old = ChunkFrame + BinaryPrimitives.ReadInt32BigEndian(finished[at..]);
        using var png = new MemoryStream(finished.Length + provenance.Length);
        png.Write(finished[..at]);
        WriteProvenance(png, provenance);
        png.Write(finished[(at + old)..]);
        return png.ToArray();
    }

    private static void WriteProvenance(MemoryStream png, string provenance) =>
        WriteChunk(png, "caBX"u8, stream => stream.Write(Encoding.UTF8.GetBytes("simulated C2PA manifest: " + provenance)));

    // The length is known only afterwards, so it is written last into the place kept for it.
    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, Action<MemoryStream> write)
    {
        var start = (int)png.Length;
        png.Write("\0\0\0\0"u8);
        png.Write(type);
        write(png);
        var chunk = png.GetBuffer().AsSpan(start, (int)png.Length - start);
        BinaryPrimitives.WriteInt32BigEndian(chunk, chunk.Length - 8);
        WriteNumber(png, Crc32.Compute(chunk[4..]));
    }

    private static void WriteHeader(MemoryStream stream, Canvas canvas, bool alpha)
    {
        WriteNumber(stream, (uint)canvas.Width);
        WriteNumber(stream, (uint)canvas.Height);
        stream.Write([8, alpha ? TrueColorWithAlpha : TrueColor, 0, 0, 0]);
    }

    private static void WriteNumber(MemoryStream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        stream.Write(bytes);
    }

    // Each row is sent as its difference from the one above: in these pictures that is nearly all zeros, which deflates fastest.
    private static void WritePixels(MemoryStream stream, Canvas canvas, bool alpha)
    {
        using var zlib = new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        var length = canvas.Width * (alpha ? 4 : 3);
        byte[] above = new byte[length], current = new byte[length], line = new byte[length + 1];
        line[0] = UpFilter;
        for (var y = 0; y < canvas.Height; y++)
        {
            CopyChannels(canvas.Row(y), current, alpha);
            for (var i = 0; i < current.Length; i++)
                line[i + 1] = (byte)(current[i] - above[i]);
            zlib.Write(line);
            (above, current) = (current, above);
        }
    }

    private static void CopyChannels(ReadOnlySpan<uint> pixels, Span<byte> bytes, bool alpha)
    {
        if (alpha)
        {
            MemoryMarshal.AsBytes(pixels).CopyTo(bytes);
            return;
        }

        for (int x = 0, i = 0; x < pixels.Length; x++, i += 3)
        {
            var pixel = pixels[x];
            bytes[i + 2] = (byte)(pixel >> 16);
            bytes[i + 1] = (byte)(pixel >> 8);
            bytes[i] = (byte)pixel;
        }
    }
}
