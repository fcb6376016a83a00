using System.Text.Json.Nodes;
using ImageGateway.Images;
using ImageGateway.Providers;

namespace ImageGateway.Tests.Providers.OpenAiCompatible;

/// <summary>xAI: an aspect ratio instead of a size, edits in JSON.</summary>
public sealed class XAiProfileTests : ProviderConformanceTests
{
    private protected override string Name => "grok-imagine-image";

    private protected override string ModelName => Name;

    private protected override string CatalogueFile => Repository.File("tests", "ImageGateway.Tests", "Providers", "OpenAiCompatible", "models.json");

    private protected override string SimulatorPath => "profiles/xai/v1";

    private protected override ProviderOptions Options { get; } = new()
    {
        Kind = "OpenAICompatible",
        Simulated = true,
        Profile = new() { SizeAs = "aspect-ratio", JsonEdits = true, Takes = ["quality"] },
    };

    private protected override ParameterChange[] Planned => [new("response_format", "b64_json")];

    private protected override (string Name, string Value)[] Taken => [("quality", "low")];

    private protected override bool TakesUser => false;

    private protected override string WhyNoMasks => "xAI's edits have none";

    private protected override string WhyNoStreams => "xAI answers at once";

    [Theory]
    [InlineData("1024x1024", "1:1", "1k")]
    [InlineData("1536x1024", "3:2", "1k")]
    [InlineData("1024x1792", "9:16", "1k")]
    [InlineData("3840x2160", "16:9", "2k")]
    [InlineData("1500x1000", "3:2", "1k")]
    [InlineData("2000x2000", "1:1", "2k")]
    [InlineData("auto", null, null)]
    public async Task Size_is_an_aspect_ratio_and_a_resolution(string size, string? ratio, string? resolution)
    {
        using var response = await SendAsync(Operation.Generation, Json($$"""{"prompt":"a fox","size":"{{size}}"}"""));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal((ratio, resolution), (OnlyCall.Fields.GetValueOrDefault("aspect_ratio"), OnlyCall.Fields.GetValueOrDefault("resolution")));
    }

    [Fact]
    public async Task Size_that_the_planner_translated_is_the_one_that_counts()
    {
        using var response = await SendAsync(Operation.Generation, Json("""{"prompt":"a fox","size":"1024x1024"}"""), new ParameterChange("size", "1792x1024"));

        Assert.Equal("16:9", OnlyCall.Fields["aspect_ratio"]);
    }

    [Fact]
    public async Task One_picture_is_image_and_the_forms_numbers_are_numbers()
    {
        using var form = Form(("image", Picture));
        using var response = await SendAsync(Operation.Edit, form);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(("application/json", "image"), (OnlyCall.ContentType, Assert.Single(OnlyCall.Files).Field));
        Assert.Equal(2, JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_changes_the_meaning_is_left_for_the_provider_to_refuse()
    {
        using var response = await SendAsync(Operation.Generation, Json("""{"prompt":"a fox","background":"transparent","moderation":"low","style":"vivid","output_format":"png"}"""));

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(["background", "model", "prompt", "response_format"], OnlyCall.Fields.Keys.Order());
    }
}
