using System.Net;
using ImageGateway.Api;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

/// <summary>Azure's clients put the model into the path, and escape its slash.</summary>
public sealed class RouteTextTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("generations")]
    [InlineData("estimate")]
    public async Task Provider_and_model_in_a_path_are_found(string operation)
    {
        using var response = await PostAsync($"/openai/deployments/openai%2Fgpt-image-1/images/{operation}", Json(Job()));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("black-forest-labs%2FFLUX.1", "black-forest-labs/FLUX.1")]
    [InlineData("a%2fb%252F", "a/b%252F")]
    [InlineData("gpt-image-1", "gpt-image-1")]
    public void Slash_alone_is_undone(string path, string name) => Assert.Equal(name, RouteText.Slashed(path));
}
