using ImageGateway.Providers;
using ImageGateway.Providers.OpenAi;

namespace ImageGateway.Tests.Providers.OpenAi;

public sealed class OpenAiProviderTests : ProviderConformanceTests
{
    private protected override string Name => "gpt-image-1";

    private protected override ProviderOptions Options { get; } = new() { Kind = "OpenAI", Simulated = true };

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task Organization_and_project_that_are_empty_are_none(string empty)
    {
        using var provider = new OpenAiProvider("p", new Uri("https://api.example/v1/"), "key", new ProviderOptions { Organization = empty, Project = empty });
        using var request = new HttpRequestMessage();
        await provider.AuthorizeAsync(request, CancellationToken.None);
        Assert.Equal("Authorization", Assert.Single(request.Headers).Key);
        Assert.Equal(["api.example", "api.example", "key"], provider.Secrets);
    }
}
