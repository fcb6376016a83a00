using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Errors;

public sealed class BadJsonTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("", null)]
    [InlineData("{\"prompt\":\"a fox\"", null)]
    [InlineData("{\"prompt\":\"a fox\",}", null)]
    [InlineData("{'prompt':'a fox'}", null)]
    [InlineData("{\"prompt\":\"a fox\"} {}", null)]
    [InlineData("[{\"prompt\":\"a fox\"}]", null)]
    [InlineData("\"a fox\"", null)]
    [InlineData("null", null)]
    [InlineData("{\"prompt\":\"a fox\",\"prompt\":\"a dog\"}", "prompt")]
    [InlineData("{\"prompt\":\"a fox\",\"quality\":\"low\",\"\\u0071uality\":\"high\"}", "quality")]
    public async Task Body_that_is_no_json_object_is_refused(string body, string? param)
    {
        using var response = await PostAsync(Generations, Json(body));

        var error = await response.ErrorAsync(400, "invalid_json", param, param ?? "JSON");
        Assert.DoesNotContain("fox", (string)error["message"]!, StringComparison.Ordinal);
        Assert.Empty(Log.Calls);
    }

    // What the message must name follows the parameter: the value, then something of what is allowed.
    [Theory]
    [InlineData("n", "0", "n", "'0'", "1", "10")]
    [InlineData("n", "11", "n", "'11'", "1", "10")]
    [InlineData("n", "-1", "n", "'-1'", "1", "10")]
    [InlineData("n", "\"two\"", "n", "'two'", "1", "10")]
    [InlineData("n", "1.5", "n", "'1.5'", "1", "10")]
    [InlineData("n", "true", "n", "boolean", "1", "10")]
    [InlineData("size", "\"123x456\"", "size", "'123x456'", "1024x1024", "1536x1024")]
    [InlineData("size", "1024", "size", "number", "string")]
    [InlineData("quality", "\"splendid\"", "quality", "'splendid'", "low", "high")]
    [InlineData("quality", "[]", "quality", "array", "string")]
    [InlineData("background", "\"green\"", "background", "'green'", "transparent", "opaque")]
    [InlineData("output_format", "\"bmp\"", "output_format", "'bmp'", "png", "webp")]
    [InlineData("output_compression", "101", "output_compression", "'101'", "0", "100")]
    [InlineData("partial_images", "4", "partial_images", "'4'", "0", "3")]
    [InlineData("stream", "\"yes\"", "stream", "string", "true", "false")]
    [InlineData("response_format", "\"gif\"", "response_format", "'gif'", "b64_json")]
    [InlineData("prompt", "\"\"", "prompt", "empty")]
    [InlineData("prompt", "17", "prompt", "number", "string")]
    [InlineData("model", "42", "model", "number", "string")]
    public async Task Wrong_value_is_named_with_what_is_allowed(string member, string value, string param, params string[] words)
    {
        using var response = await PostAsync(Generations, Json(With(member, value)));

        await response.ErrorAsync(400, "invalid_value", param, words);
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"prompt\":null}")]
    [InlineData("{\"model\":\"gpt-image-1\"}")]
    public async Task Missing_prompt_is_named(string body)
    {
        using var response = await PostAsync(Generations, Json(body));

        await response.ErrorAsync(400, "missing_required_parameter", "prompt", "prompt");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Prompt_with_half_a_surrogate_pair_is_refused()
    {
        using var response = await PostAsync(Generations, Json("""{"model":"openai/gpt-image-1","prompt":"a \ud800 fox"}"""));

        await response.ErrorAsync(400, "invalid_value", "prompt", "Unicode");
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("dall-e-3", 4_001, "4000")]
    [InlineData("dall-e-2", 1_001, "1000")]
    [InlineData("openai/gpt-image-1", 32_001, "32000")]
    [InlineData("draft", 32_001, "32000")]
    public async Task Prompt_too_long_for_the_model_is_refused(string model, int length, string allowed)
    {
        using var response = await GenerateAsync(job =>
        {
            job["model"] = model;
            job["prompt"] = new string('x', length);
        });

        var error = await response.ErrorAsync(400, "invalid_value", "prompt", $"{length}", allowed);
        Assert.DoesNotContain("xxxx", (string)error["message"]!, StringComparison.Ordinal);
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Prompt_is_measured_in_characters_not_in_surrogates()
    {
        using var response = await GenerateAsync(job =>
        {
            job["model"] = "dall-e-2";
            job["prompt"] = string.Concat(Enumerable.Repeat("🦊", 1_000));
        });

        Assert.NotEmpty(Log.Calls);
    }

    [Theory]
    [InlineData("stream", "true", "stream", "dall-e-3", "stream")]
    [InlineData("size", "\"1536x1536\"", "size", "'1536x1536'", "1792x1024")]
    [InlineData("quality", "\"splendid\"", "quality", "'splendid'", "standard", "hd")]
    [InlineData("background", "\"transparent\"", "background", "'transparent'", "dall-e-3")]
    [InlineData("output_format", "\"webp\"", "output_format", "'webp'", "dall-e-3")]
    public async Task What_dall_e_3_cannot_do_is_refused_here(string member, string value, string param, params string[] words)
    {
        var body = With(member, value);
        body["model"] = "dall-e-3";
        using var response = await PostAsync(Generations, Json(body));

        await response.ErrorAsync(400, "invalid_value", param, words);
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("no-such-model")]
    [InlineData("openai/no-such-model")]
    [InlineData("no-such-provider/gpt-image-1")]
    [InlineData("GPT-IMAGE-1")]
    public async Task Unknown_model_is_not_found(string model)
    {
        using var response = await GenerateAsync(job => job["model"] = model);

        await response.ErrorAsync(404, "model_not_found", "model", model);
        Assert.Empty(Log.Calls);
    }

    private static JsonObject With(string member, string value) => Job(job => job[member] = JsonNode.Parse(value));
}
