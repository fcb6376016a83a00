using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;

namespace ImageGateway.SystemTests.OpenAIClients;

/// <summary><c>AzureOpenAI</c> of the npm client with the gateway as its endpoint.</summary>
public sealed class NodeAzureTests(GatewayFixture gateway) : GatewayTest(gateway), IDisposable
{
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    // Without the option, the client puts the model into the path.
    [Theory]
    [InlineData(null, "img-std", "gpt-image-1")]
    [InlineData(null, "own name", "gpt-image-2")]
    [InlineData(null, "gpt-image-1-mini", "gpt-image-1-mini")]
    [InlineData(null, "draft", "gpt-image-1-mini")]
    [InlineData("img-mini", "gpt-image-1", "gpt-image-1-mini")]
    public async Task Generate_finds_the_deployment(string? deployment, string model, string served)
    {
        var result = await RunAsync("azure.mjs", new { azure = Options(deployment), request = new { model, prompt = "a fox", quality = "low" } });

        OpenAISchema.CheckImages(result["images"]!);
        Assert.Equal(served, OnlyCall.Model);
        Assert.NotEmpty((string)result["requestId"]!);
    }

    [Theory]
    [InlineData(null, "img-std")]
    [InlineData("img-std", "gpt-image-1")]
    public async Task Edit_finds_the_deployment_and_sends_no_model_on(string? deployment, string model)
    {
        var (path, picture) = (Path.Combine(_files.Path, "one.png"), Pictures.Png());
        await File.WriteAllBytesAsync(path, picture);
        var result = await RunAsync("edit.mjs", new { azure = Options(deployment), model, prompt = "add a hat", quality = "low", images = new[] { path } });

        OpenAISchema.CheckImages(result["images"]!);
        Assert.Equal(("azure", "img-std"), (OnlyCall.Account, OnlyCall.Deployment));
        Assert.DoesNotContain("model", OnlyCall.Fields.Keys);
        Assert.Equal(("image", Answers.Sha256(picture)), OnlyCall.Files.Select(file => (file.Field, file.Sha256)).Single());
    }

    private static Dictionary<string, string> Options(string? deployment) =>
        deployment is null ? new() { ["apiVersion"] = "2024-10-21" } : new() { ["deployment"] = deployment };

    private Task<JsonNode> RunAsync(string script, object input) => NodeScript.RunAsync(script, Gateway.Url, Keys.Acme, input);
}
