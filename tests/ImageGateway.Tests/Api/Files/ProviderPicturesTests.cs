using ImageGateway.Api;
using ImageGateway.Api.Files;
using ImageGateway.Api.Reading;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Tests.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.Tests.Api.Files;

public sealed class ProviderPicturesTests
{
    // The provider's word, which the client gets as it is: nothing of it may stop the answer, or be fetched from elsewhere.
    [Theory]
    [InlineData("\"url\":\"\\ud800\"")]
    [InlineData("\"url\":\"https://\\ud800.example/\"")]
    [InlineData("\"url\":7")]
    [InlineData("\"url\":\"/cat.png\"")]
    [InlineData("\"url\":\"file:///etc/passwd\"")]
    [InlineData("\"url\":\"http://pictures.example/cat.png\"")]
    [InlineData("\"url\":\"https://pictures.example.evil/cat.png\"")]
    [InlineData("\"url\":\"https://pictures.example@evil/cat.png\"")]
    [InlineData("\"url\":\"https://evil#pictures.example/cat.png\"")]
    [InlineData("\"url\":\"https://evil\\\\pictures.example/cat.png\"")]
    public async Task Address_that_may_not_be_fetched_is_passed_on(string members)
    {
        using var client = new PublicClient(TimeProvider.System, address => throw new InvalidOperationException($"{address} was to be connected to"));
        using var pictures = new ProviderPictures(client, new BlockPool(), new BufferBudget(1 << 20), () => new BodyLimits(), TimeProvider.System, NullLogger<ProviderPictures>.Instance);
        var answer = new StoredAnswer { IsStream = false, Pictures = [new StoredPicture(PictureBytes.None, members)] };

        var taken = await pictures.TakeOverAsync(answer, Plans.Of("dalle/dall-e-3", "dall-e-3") with { ImageHosts = ["pictures.example"] }, CancellationToken.None);

        Assert.Equal(members, Assert.Single(taken.Pictures).Members);
    }
}
