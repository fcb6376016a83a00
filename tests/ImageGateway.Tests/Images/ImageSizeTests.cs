using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class ImageSizeTests
{
    [Theory]
    [InlineData("1024x1536", 1024, 1536)]
    [InlineData("1x1", 1, 1)]
    [InlineData("99999x99999", 99_999, 99_999)]
    public void Size_is_read_and_written_the_same(string text, int width, int height)
    {
        Assert.True(ImageSize.TryParse(text, out var size));
        Assert.Equal(new ImageSize(width, height), size);
        Assert.Equal(text, size.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1024")]
    [InlineData("1024x")]
    [InlineData("x1024")]
    [InlineData("0x1024")]
    [InlineData("1024x0")]
    [InlineData("01024x1024")]
    [InlineData("-1x1024")]
    [InlineData("+1x1024")]
    [InlineData(" 1024x1024")]
    [InlineData("1024 x1024")]
    [InlineData("1024x1024 ")]
    [InlineData("1024X1024")]
    [InlineData("1024x1024x1024")]
    [InlineData("1,024x1024")]
    [InlineData("100000x1024")]
    [InlineData("99999999999x1024")]
    [InlineData("١٠٢٤x١٠٢٤")]
    [InlineData("1024x1024\0")]
    [InlineData("1024\0x1024")]
    [InlineData("auto")]
    public void Anything_else_is_no_size(string? text)
    {
        Assert.False(ImageSize.TryParse(text, out var size));
        Assert.Equal(default, size);
    }

    [Fact]
    public void Every_size_survives_its_text() => Properties.Hold(300, random =>
    {
        var size = new ImageSize(random.Next(1, 100_000), random.Next(1, 100_000));
        Assert.True(ImageSize.TryParse(size.ToString(), out var read));
        Assert.Equal(size, read);
    });
}
