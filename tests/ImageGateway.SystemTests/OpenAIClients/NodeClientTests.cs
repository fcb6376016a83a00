using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;

namespace ImageGateway.SystemTests.OpenAIClients;

/// <summary>OpenAI's npm client, as its users call it.</summary>
public sealed class NodeClientTests(GatewayFixture gateway) : GatewayTest(gateway), IDisposable
{
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Generate_returns_the_providers_picture_and_the_request_id()
    {
        var result = await RunAsync("generate.mjs", new { model = "draft", prompt = "a fox", size = "1024x1536", n = 2, quality = "low" });

        var images = result["images"]!.AsObject();
        OpenAISchema.CheckImages(images);
        Assert.Equal(OnlyCall.Images, Enumerable.Range(0, 2).Select(i => Answers.Sha256(images.Picture(i))));
        Assert.Equal((1024, 1536), Pictures.SizeOf(images.Picture()));
        Assert.NotEmpty((string)result["requestId"]!);
        Assert.Equal((string?)result["header"], (string?)result["requestId"]);
        Assert.Equal("openai/gpt-image-1-mini", (string?)result["target"]);
    }

    [Fact]
    public async Task Stream_yields_previews_in_order_and_the_picture_with_its_usage()
    {
        var result = await RunAsync("stream.mjs", new { model = "final", prompt = "a fox", partial_images = 2 });

        var stream = Assert.Single(result.AsArray())!;
        Assert.Null((string?)stream["error"]!["class"]);
        var events = stream["events"]!.AsArray();
        Assert.Equal(["image_generation.partial_image", "image_generation.partial_image", "image_generation.completed"], events.Select(item => (string)item!["type"]!));
        Assert.Equal([0, 1], events.Take(2).Select(item => (int)item!["partial_image_index"]!));
        Assert.Equal(OnlyCall.Usage!.TotalTokens, (int)events[2]!["usage"]!["total_tokens"]!);
    }

    [Fact]
    public async Task Edit_with_two_images_and_a_mask_arrives_whole()
    {
        byte[] first = Pictures.Png(shade: 1), second = Pictures.Png(shade: 2), mask = Pictures.Png(alpha: true);
        var result = await RunAsync("edit.mjs", new { model = "openai/gpt-image-1", prompt = "add a hat", quality = "low", images = new[] { Save("one.png", first), Save("two.png", second) }, mask = Save("mask.png", mask) });

        OpenAISchema.CheckImages(result["images"]!);
        Assert.Equal(
            [("image[]", "one.png", Answers.Sha256(first)), ("image[]", "two.png", Answers.Sha256(second)), ("mask", "mask.png", Answers.Sha256(mask))],
            OnlyCall.Files.Select(file => (file.Field, file.FileName, file.Sha256)).Order());
    }

    [Theory]
    [InlineData("größe 東京.png")]
    [InlineData("it's; a=b, \"c\".png")]
    public async Task Names_of_files_arrive_as_they_are(string name)
    {
        await RunAsync("edit.mjs", new { model = "openai/gpt-image-1", prompt = "größe 東京", quality = "low", images = new[] { Save(name, Pictures.Png()) } });

        // Browsers and the client write a quote so; the simulator leaves it as it comes.
        Assert.Equal(name, Assert.Single(OnlyCall.Files).FileName!.Replace("%22", "\"", StringComparison.Ordinal));
        Assert.Equal("größe 東京", OnlyCall.Fields["prompt"]);
    }

    [Fact]
    public async Task Models_are_listed_and_retrieved()
    {
        var result = await RunAsync("models.mjs");

        Assert.All(result["models"]!.AsArray(), model => OpenAISchema.CheckModel(model!));
        Assert.Equal("gpt-image-1", (string?)result["one"]!["id"]);
        Assert.NotEmpty((string)result["requestId"]!);
    }

    [Fact]
    public async Task Variation_is_served_or_refused()
    {
        var result = await RunAsync("variation.mjs", new { image = Save("one.png", Pictures.Png()) });

        OpenAISchema.CheckImages(result["images"]!);
        CheckFailure(result["refusal"]!, "BadRequestError", 400, "invalid_value", "model");
        Assert.Single(Log.Calls);
    }

    [Fact]
    public async Task Errors_are_raised_by_their_class_with_code_param_and_request_id()
    {
        var result = await RunAsync("errors.mjs", new { limitedKey = Keys.Limited });

        CheckFailure(result["wrongKey"]!, "AuthenticationError", 401, "invalid_api_key", null);
        CheckFailure(result["badSize"]!, "BadRequestError", 400, "invalid_value", "size");
        CheckFailure(result["unknownModel"]!, "NotFoundError", 404, "model_not_found", "model");
        CheckFailure(result["notAllowed"]!, "PermissionDeniedError", 403, "model_not_allowed", "model");
        CheckFailure(result["unknownPath"]!, "NotFoundError", 404, "unknown_url", null);
        CheckFailure(result["streamOfDallE"]!, "BadRequestError", 400, "invalid_value", "stream");
        CheckFailure(result["refusal"]!, "BadRequestError", 400, "moderation_blocked", null);
        Assert.Single(Log.Calls);
    }

    private Task<JsonNode> RunAsync(string script, object? input = null) => NodeScript.RunAsync(script, Gateway.Url, Keys.Acme, input);

    private string Save(string name, byte[] bytes)
    {
        var path = Path.Combine(_files.Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void CheckFailure(JsonNode failure, string type, int status, string code, string? param)
    {
        Assert.Equal((type, status, code, param), ((string?)failure["class"], (int?)failure["status"], (string?)failure["code"], (string?)failure["param"]));
        Assert.NotEmpty((string)failure["requestId"]!);
    }
}
