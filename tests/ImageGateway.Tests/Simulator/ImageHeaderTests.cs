using ImageGateway.Simulator.Requests;

namespace ImageGateway.Tests.Simulator;

public sealed class ImageHeaderTests
{
    // The first bytes of real files: a start-of-frame behind a JFIF segment; the three kinds of WebP.
    [Theory]
    [InlineData("FFD8FFE00010" + "4A46494600010100000100010000" + "FFC0001108" + "0030" + "0040" + "03012200", "jpeg", 64, 48, false)]
    [InlineData("52494646" + "00000000" + "57454250" + "56503858" + "0A000000" + "10000000" + "3F0000" + "2F0000", "webp", 64, 48, true)]
    [InlineData("52494646" + "00000000" + "57454250" + "56503820" + "00000000" + "0000009D012A" + "4000" + "3000", "webp", 64, 48, false)]
    [InlineData("52494646" + "00000000" + "57454250" + "5650384C" + "00000000" + "2F" + "3FC00B10" + "0000000000", "webp", 64, 48, true)]
    public void Header_gives_format_and_dimensions(string hex, string format, int width, int height, bool alpha) =>
        Assert.Equal(new ImageHeader(format, width, height, alpha), ImageHeader.Read(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("")]
    [InlineData("FFD8")]
    [InlineData("FFD8FFE0FFFF00")]
    [InlineData("FFD8FFC00011")]
    [InlineData("89504E470D0A1A0A")]
    [InlineData("474946383961")]
    public void Header_of_anything_else_is_null(string hex) =>
        Assert.Null(ImageHeader.Read(Convert.FromHexString(hex)));
}
