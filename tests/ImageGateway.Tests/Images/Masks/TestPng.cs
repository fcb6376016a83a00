using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ImageGateway.Tests.Images.Masks;

/// <summary>
/// A picture of known samples that writes itself as a PNG, by rules of its own: samples are bits in a list, Adam7 is the 8 x 8 matrix
/// of the standard, checksums are taken bit by bit.
/// </summary>
public sealed class TestPng
{
    /// <summary>A filter for each line by chance.</summary>
    public const int MixedFilters = -1;

    // ISO/IEC 15948 §8.2, as printed there.
    private static readonly string[] Adam7 = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];

    private readonly Random _random;
    private readonly int[] _samples;

    public TestPng(int colour, int depth, int width, int height, int seed)
    {
        (Colour, Depth, Width, Height, _random) = (colour, depth, width, height, new Random(seed));
        _samples = [.. Enumerable.Range(0, width * height * Channels).Select(_ => _random.Next(1 << depth))];
        Palette = new byte[3 << Math.Min(depth, 8)];
        _random.NextBytes(Palette);
    }

    /// <summary>All pairs of colour type and bit depth (ISO/IEC 15948 table 11.1).</summary>
    public static IReadOnlyList<(int Colour, int Depth)> Kinds { get; } =
        [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)];

    public int Colour { get; }

    public int Depth { get; }

    public int Width { get; }

    public int Height { get; }

    public byte[] Palette { get; set; }

    /// <summary>Bytes of one IDAT chunk at most.</summary>
    public int ChunkSize { get; init; } = int.MaxValue;

    public int Channels => Colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>A sample; may be changed.</summary>
    public ref int Sample(int x, int y, int channel = 0) => ref _samples[(((y * Width) + x) * Channels) + channel];

    /// <summary>The brightness of a pixel, in exact decimals.</summary>
    public int Brightness(int x, int y)
    {
        int Eight(int channel) => Depth == 16 ? Sample(x, y, channel) >> 8 : (int)Math.Round(Sample(x, y, channel) * 255m / ((1 << Depth) - 1));
        var (red, green, blue) = Colour switch
        {
            3 => (Palette[3 * Sample(x, y)], Palette[(3 * Sample(x, y)) + 1], Palette[(3 * Sample(x, y)) + 2]),
            2 or 6 => (Eight(0), Eight(1), Eight(2)),
            _ => (Eight(0), Eight(0), Eight(0)),
        };
        return (int)Math.Floor((0.299m * red) + (0.587m * green) + (0.114m * blue) + 0.5m);
    }

    public byte[] Encode(bool interlaced, int filter = MixedFilters) => Encode(interlaced, Deflate(ScanLines(interlaced, filter)));

    /// <summary>The file with these pixels, which need not be its own.</summary>
    public byte[] Encode(bool interlaced, byte[] pixels)
    {
        byte[] header = [.. Number(Width), .. Number(Height), (byte)Depth, (byte)Colour, 0, 0, (byte)(interlaced ? 1 : 0)];
        return
        [
            0x89, .. "PNG\r\n"u8, 0x1A, 0x0A,
            .. Chunk("IHDR", header), .. Chunk("tEXt", [.. "Title\0fox"u8]), .. Colour == 3 ? Chunk("PLTE", Palette) : [],
            .. pixels.Chunk(ChunkSize).SelectMany(part => Chunk("IDAT", part)), .. Chunk("tIME", new byte[7]), .. Chunk("IEND", []),
        ];
    }

    /// <summary>The filtered lines before compression.</summary>
    public byte[] ScanLines(bool interlaced, int filter)
    {
        var lines = new List<byte>();
        foreach (var pass in interlaced ? "1234567" : "0")
        {
            byte[]? above = null;
            for (var y = 0; y < Height; y++)
            {
                var pixels = Enumerable.Range(0, Width).Where(x => !interlaced || Adam7[y % 8][x % 8] == pass).ToList();
                if (pixels.Count == 0)
                    continue;
                var line = Pack(pixels, y);
                lines.AddRange(Filtered(line, above ?? new byte[line.Length], filter == MixedFilters ? _random.Next(5) : filter));
                above = line;
            }
        }
        return [.. lines];
    }

    public static byte[] Deflate(byte[] lines)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            zlib.Write(lines);
        return packed.ToArray();
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        return [.. Number(data.Length), .. body, .. Checksum(body)];
    }

    /// <summary>A damaged file with all checksums made right, as far as the chunks can be walked.</summary>
    public static byte[] Sealed(byte[] file)
    {
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (length < 0 || length > file.Length - at - 12)
                break;
            Checksum(file.AsSpan(at + 4, length + 4)).CopyTo(file, at + 8 + length);
            at += 12 + length;
        }
        return file;
    }

    private byte[] Pack(List<int> pixels, int y)
    {
        var bits = string.Concat(pixels.SelectMany(x => Enumerable.Range(0, Channels).Select(channel => Convert.ToString(Sample(x, y, channel), 2).PadLeft(Depth, '0'))));
        return [.. bits.Chunk(8).Select(part => Convert.ToByte(new string(part).PadRight(8, '0'), 2))];
    }

    private byte[] Filtered(byte[] line, byte[] above, int filter)
    {
        var step = Math.Max(1, Channels * Depth / 8);
        return [(byte)filter, .. line.Select((value, i) =>
        {
            var (left, up, corner) = (i < step ? 0 : line[i - step], above[i], i < step ? 0 : above[i - step]);
            // Sorting is stable, which makes left win a tie, then up.
            return (byte)(value - filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                4 => new[] { left, up, corner }.OrderBy(guess => Math.Abs(left + up - corner - guess)).First(),
                _ => 0,
            });
        })];
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>The four bytes behind a chunk's type and data.</summary>
    public static byte[] Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return Number((int)~crc);
    }
}
