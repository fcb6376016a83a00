using ImageGateway.Api.Files;
using ImageGateway.Images;

namespace ImageGateway.Tests.Api.Files;

public sealed class FileReadersTests
{
    [Fact]
    public void Pictures_on_their_way_are_bounded_together()
    {
        var readers = new FileReaders();
        var most = Enumerable.Range(0, 32).Select(_ => readers.Take(4 << 20)).ToList();
        var refused = Assert.Throws<GatewayException>(() => readers.Take(1));
        Assert.Equal((ErrorKind.Overloaded, TimeSpan.FromSeconds(1)), (refused.Error.Kind, refused.Error.RetryAfter));
        most[0].Dispose();
        readers.Take(4 << 20).Dispose();
    }
}
