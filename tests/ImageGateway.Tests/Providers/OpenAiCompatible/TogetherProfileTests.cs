using ImageGateway.Images;
using ImageGateway.Providers;

namespace ImageGateway.Tests.Providers.OpenAiCompatible;

/// <summary>Together: width and height, another word for base64, no edits.</summary>
public sealed class TogetherProfileTests : ProviderConformanceTests
{
    private protected override string Name => "black-forest-labs/FLUX.1-schnell";

    private protected override string ModelName => Name;

    private protected override string CatalogueFile => Repository.File("tests", "ImageGateway.Tests", "Providers", "OpenAiCompatible", "models.json");

    private protected override string SimulatorPath => "profiles/together/v1";

    private protected override ProviderOptions Options { get; } = new()
    {
        Kind = "OpenAICompatible",
        Simulated = true,
        Profile = new() { SizeAs = "width-height", Base64Format = "base64", Takes = ["output_format"] },
    };

    // The planner says the quality explicitly, whatever the provider has.
    private protected override ParameterChange[] Planned => [new("response_format", "b64_json"), new("quality", "standard")];

    private protected override (string Name, string Value)[] Taken => [("output_format", "jpeg")];

    private protected override bool TakesUser => false;

    private protected override string WhyNoEdits => "Together has pictures to start from among the parameters of a generation, and no edits";

    private protected override string WhyNoStreams => "Together answers at once";

    [Fact]
    public async Task Size_is_width_and_height_in_numbers()
    {
        using var response = await SendAsync(Operation.Generation, Json("""{"prompt":"a fox","size":"1280x720","seed":7,"width":64}"""));

        Assert.Equal(200, (int)response.StatusCode);
        var fields = OnlyCall.Fields;
        Assert.Equal(("1280", "720", "7", "base64"), (fields["width"], fields["height"], fields["seed"], fields["response_format"]));
        Assert.DoesNotContain("size", fields.Keys);
    }

    [Fact]
    public async Task Address_is_asked_for_by_the_common_word()
    {
        using var response = await SendAsync(Operation.Generation, Json("""{"prompt":"a fox"}"""), new ParameterChange("response_format", "url"));

        Assert.Equal("url", OnlyCall.Fields["response_format"]);
        Assert.Contains("\"url\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
