using System.Text.Json.Nodes;

namespace ImageGateway.Tests.Simulator;

public sealed class TokensTests : SimulatorFixture
{
    [Theory]
    [InlineData("gpt-image-1", "low", "1024x1024", 272)]
    [InlineData("gpt-image-1", "low", "1024x1536", 408)]
    [InlineData("gpt-image-1", "low", "1536x1024", 400)]
    [InlineData("gpt-image-1.5", "medium", "1024x1024", 1056)]
    [InlineData("gpt-image-1-mini", "medium", "1024x1536", 1584)]
    [InlineData("gpt-image-1", "medium", "1536x1024", 1568)]
    [InlineData("gpt-image-1", "high", "1024x1024", 4160)]
    [InlineData("gpt-image-1", "high", "1024x1536", 6240)]
    [InlineData("gpt-image-1.5", "high", "1536x1024", 6208)]
    [InlineData("gpt-image-2", "low", "1024x1024", 196)]
    [InlineData("gpt-image-2", "low", "1536x1024", 158)]
    [InlineData("gpt-image-2", "medium", "1024x1024", 1756)]
    [InlineData("gpt-image-2", "medium", "1024x1536", 1372)]
    [InlineData("gpt-image-2", "high", "1024x1024", 7024)]
    [InlineData("gpt-image-2", "high", "1024x1536", 5488)]
    [InlineData("gpt-image-2", "high", "2048x2048", 14272)]
    [InlineData("gpt-image-2", "high", "3840x2160", 13342)]
    [InlineData("gpt-image-1", "auto", "auto", 4160)]
    [InlineData("gpt-image-1-mini", "auto", "auto", 1056)]
    public async Task Output_tokens_follow_the_published_table(string model, string quality, string size, int tokens)
    {
        var answer = await ReadAsync(await GenerateAsync(body =>
        {
            body["model"] = model;
            body["quality"] = quality;
            body["size"] = size;
        }));

        Assert.Equal(tokens, (int)answer["usage"]!["output_tokens"]!);
        Assert.Equal(tokens + 2, (int)answer["usage"]!["total_tokens"]!);
    }

    [Fact]
    public async Task Answer_echoes_what_was_resolved()
    {
        var answer = await ReadAsync(await GenerateAsync(body => { body["n"] = 2; body["output_format"] = "jpeg"; }));

        Assert.Equal(("high", "1024x1024", "opaque", "png"), ((string?)answer["quality"], (string?)answer["size"], (string?)answer["background"], (string?)answer["output_format"]));
        Assert.Equal(2 * 4160, (int)answer["usage"]!["output_tokens_details"]!["image_tokens"]!);
        Assert.Equal("a fox".Length / 4 + 1, (int)answer["usage"]!["input_tokens_details"]!["text_tokens"]!);
    }

    [Theory]
    [InlineData("gpt-image-1", null, 512, 512, 65 + 129)]
    [InlineData("gpt-image-1", "low", 1536, 1024, 65 + 2 * 129)]
    [InlineData("gpt-image-1", "high", 1024, 1024, 65 + 129 + 4160)]
    [InlineData("gpt-image-1.5", "high", 1024, 1536, 65 + 2 * 129 + 6240)]
    [InlineData("gpt-image-2", null, 1024, 1024, 2 * (65 + 129 + 4160))]
    public async Task Input_image_tokens_follow_the_tile_rule(string model, string? fidelity, int width, int height, int tokens)
    {
        var fields = new List<(string, string)> { ("model", model), ("prompt", "a fox") };
        if (fidelity is not null)
            fields.Add(("input_fidelity", fidelity));
        var image = DecodedPng.Create(width, height, alpha: true);

        JsonNode answer = await ReadAsync(await SendAsync("/v1/images/edits", Form(fields, ("image[]", image), ("mask", image))));

        Assert.Equal(tokens, (int)answer["usage"]!["input_tokens_details"]!["image_tokens"]!);
    }
}
