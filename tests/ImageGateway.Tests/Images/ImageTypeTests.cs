using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class ImageTypeTests
{
    [Theory]
    [InlineData("89504E470D0A1A0A00", "image/png", "png")]
    [InlineData("FFD8FFE000", "image/jpeg", "jpg")]
    [InlineData("524946460000000057454250", "image/webp", "webp")]
    [InlineData("474946383961", "image/gif", "gif")]
    [InlineData("524946460000000041564920", "application/octet-stream", "bin")]
    [InlineData("3C68746D6C3E", "application/octet-stream", "bin")]
    [InlineData("", "application/octet-stream", "bin")]
    public void Type_is_told_by_the_first_bytes(string file, string type, string extension) =>
        Assert.Equal((type, extension), ImageType.Of(Convert.FromHexString(file)) is var known ? (known.ContentType, known.Extension) : default);
}
