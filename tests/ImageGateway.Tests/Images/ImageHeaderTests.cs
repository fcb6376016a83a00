using System.Buffers.Binary;
using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class ImageHeaderTests
{
    private static readonly BlockPool Pool = new();

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(6, true)]
    public void Png_of_every_colour_type_is_read(byte colourType, bool alpha) =>
        Assert.Equal(new ImageHeader(ImageFormat.Png, 640, 480, alpha), Read(Png(640, 480, colourType)));

    [Theory]
    [InlineData(0u, 480u)]
    [InlineData(640u, 0u)]
    [InlineData(0x8000_0000u, 480u)]
    public void Png_without_a_size_is_none(uint width, uint height) => Assert.Null(Read(Png(width, height, 6)));

    // SOF0 to SOF15 but DHT (C4), JPG (C8) and DAC (CC).
    [Theory]
    [InlineData(0xC0)]
    [InlineData(0xC1)]
    [InlineData(0xC2)]
    [InlineData(0xC3)]
    [InlineData(0xC5)]
    [InlineData(0xC9)]
    [InlineData(0xCF)]
    public void Jpeg_of_every_frame_is_read(byte frame) =>
        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, 640, 480, false), Read(Jpeg(frame, [])));

    [Theory]
    [InlineData("exif")]
    [InlineData("tables")]
    [InlineData("padding")]
    [InlineData("restart")]
    [InlineData("thumbnail")]
    public void Jpeg_with_segments_before_the_frame_is_read(string kind)
    {
        byte[] before = kind switch
        {
            "exif" => [.. Segment(0xE1, 65_533), .. Segment(0xE1, 65_533), .. Segment(0xED, 7)],
            "tables" => [.. Segment(0xDB, 130), .. Segment(0xC4, 400), .. Segment(0xCC, 4)],
            "padding" => [0xFF, 0xFF, 0xFF, .. Segment(0xE0, 14), 0xFF, 0xFF],
            "restart" => [0xFF, 0xD0, 0xFF, 0x01, .. Segment(0xFE, 2)],
            // A frame header inside a segment is a thumbnail's.
            _ => [0xFF, 0xE1, 0x00, 0x0D, 0xFF, 0xD8, 0xFF, 0xC0, 0x00, 0x11, 0x08, 0x00, 0x01, 0x00, 0x01],
        };
        Assert.Equal(new ImageHeader(ImageFormat.Jpeg, 640, 480, false), Read(Jpeg(0xC2, before)));
    }

    [Fact]
    public void Jpeg_of_segments_alone_ends() => Assert.Null(Read([0xFF, 0xD8, .. Enumerable.Repeat((byte)0xFF, 100_000)]));

    [Theory]
    [InlineData("VP8 ", false, false)]
    [InlineData("VP8L", false, false)]
    [InlineData("VP8L", true, true)]
    [InlineData("VP8X", false, false)]
    [InlineData("VP8X", true, true)]
    public void Webp_of_every_kind_is_read(string kind, bool alphaFlag, bool alpha) =>
        Assert.Equal(new ImageHeader(ImageFormat.WebP, 640, 480, alpha), Read(WebP(kind, 640, 480, alphaFlag)));

    // The scaling bits above the 14 of the size are no part of it.
    [Fact]
    public void Webp_scaling_bits_do_not_count()
    {
        var bytes = WebP("VP8 ", 640, 480, false);
        bytes[27] |= 0xC0;
        bytes[29] |= 0x40;
        Assert.Equal(new ImageHeader(ImageFormat.WebP, 640, 480, false), Read(bytes));
    }

    [Fact]
    public void Webp_of_the_largest_extended_size_is_read() =>
        Assert.Equal(new ImageHeader(ImageFormat.WebP, 1 << 24, 1 << 24, true), Read(WebP("VP8X", 1 << 24, 1 << 24, true)));

    // Lossless, 1 x 1: a whole file of 26 bytes.
    [Fact]
    public void Webp_of_the_shortest_file_is_read() =>
        Assert.Equal(new ImageHeader(ImageFormat.WebP, 1, 1, true), Read(Convert.FromHexString("524946461200000057454250" + "5650384C06000000" + "2F0000001007")));

    [Theory]
    [InlineData("png", 29)]
    [InlineData("jpeg", 11)]
    [InlineData("VP8 ", 30)]
    [InlineData("VP8L", 25)]
    [InlineData("VP8X", 30)]
    public void Truncated_header_is_none(string kind, int needed)
    {
        var whole = kind switch { "png" => Png(640, 480, 6), "jpeg" => Jpeg(0xC0, []), _ => WebP(kind, 640, 480, true) };
        for (var length = 0; length < needed; length++)
            Assert.Null(Read(whole[..length]));
        Assert.NotNull(Read(whole[..needed]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("RIFF0000WAVEfmt 000000000000000000")]
    public void Other_formats_are_none(string text) => Assert.Null(Read(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Garbage_never_throws_and_never_has_an_empty_size() => Properties.Hold(2000, random =>
    {
        var bytes = random.Next(4) switch
        {
            0 => Png((uint)random.Next(), (uint)random.Next(), (byte)random.Next(256)),
            1 => Jpeg((byte)random.Next(256), random.Bytes(random.Next(50))),
            2 => WebP(random.Pick("VP8 ", "VP8L", "VP8X", "ALPH"), random.Next(1, 1 << 14), random.Next(1, 1 << 14), random.Chance(50)),
            _ => random.Bytes(random.Next(64)),
        };
        for (var i = random.Next(8); i > 0 && bytes.Length > 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        var header = Read(bytes[..random.Next(bytes.Length + 1)]);
        Assert.True(header is null or { Width: > 0, Height: > 0 });
    });

    private static ImageHeader? Read(byte[] bytes)
    {
        using var spooled = new SpooledBytes(Pool, new BufferBudget(1L << 30));
        Assert.True(spooled.FillAsync(new MemoryStream(bytes), long.MaxValue, CancellationToken.None).GetAwaiter().GetResult());
        return ImageHeader.Read(spooled);
    }

    private static byte[] Png(uint width, uint height, byte colourType)
    {
        byte[] bytes = [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[8], 8, colourType, 0, 0, 0, 1, 2, 3, 4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(20), height);
        return bytes;
    }

    private static byte[] Jpeg(byte frame, byte[] before) => [0xFF, 0xD8, .. before, 0xFF, frame, 0x00, 0x11, 0x08, 0x01, 0xE0, 0x02, 0x80, 0x03, .. new byte[9]];

    private static byte[] Segment(byte marker, int payload) => [0xFF, marker, (byte)((payload + 2) >> 8), (byte)(payload + 2), .. Enumerable.Repeat((byte)0xC0, payload)];

    private static byte[] WebP(string kind, int width, int height, bool alpha)
    {
        byte[] head = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. System.Text.Encoding.ASCII.GetBytes(kind), 0, 0, 0, 0];
        byte[] payload = new byte[16];
        switch (kind)
        {
            case "VP8X":
                payload[0] = (byte)(alpha ? 0x10 : 0x2C);
                (payload[4], payload[5], payload[6]) = ((byte)(width - 1), (byte)((width - 1) >> 8), (byte)((width - 1) >> 16));
                (payload[7], payload[8], payload[9]) = ((byte)(height - 1), (byte)((height - 1) >> 8), (byte)((height - 1) >> 16));
                break;
            case "VP8L":
                payload[0] = 0x2F;
                BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(1), (uint)(width - 1) | ((uint)(height - 1) << 14) | (alpha ? 1u << 28 : 0));
                break;
            default:
                (payload[3], payload[4], payload[5]) = (0x9D, 0x01, 0x2A);
                BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(6), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(8), (ushort)height);
                break;
        }
        return [.. head, .. payload];
    }
}
