using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;
using OpenAI;
using OpenAI.Images;
using OpenAI.Models;

namespace ImageGateway.SystemTests.OpenAIClients;

/// <summary>OpenAI's NuGet client, as its users call it. Its retries are off, so that upstream calls can be counted.</summary>
public sealed class DotNetClientTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    private static readonly byte[] First = Pictures.Png(shade: 1);
    private static readonly byte[] Second = Pictures.Png(shade: 2);
    private static readonly byte[] Mask = Pictures.Png(alpha: true);

    [Fact]
    public async Task Generate_returns_a_picture_of_the_asked_size()
    {
        var result = await Images("final").GenerateImageAsync("a fox", new ImageGenerationOptions { Size = new GeneratedImageSize(1024, 1536), Quality = new GeneratedImageQuality("low") });

        var png = result.Value.ImageBytes.ToArray();
        Assert.Equal((1024, 1536), Pictures.SizeOf(png));
        Assert.Equal(OnlyCall.Images.Single(), Answers.Sha256(png));
        Assert.True(result.GetRawResponse().Headers.TryGetValue("x-request-id", out var id) && id!.Length > 0);
    }

    [Fact]
    public async Task Generate_several_returns_each()
    {
        var result = await Images("azure/img-std").GenerateImagesAsync("a fox", 2, new ImageGenerationOptions { Quality = new GeneratedImageQuality("low") });

        Assert.Equal(OnlyCall.Images, result.Value.Select(image => Answers.Sha256(image.ImageBytes.ToArray())));
    }

    [Fact]
    public async Task Generate_asked_for_bytes_of_a_gpt_model_gets_them()
    {
        var result = await Images("openai/gpt-image-1").GenerateImageAsync("a fox", new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Bytes });

        Assert.Equal(OnlyCall.Images.Single(), Answers.Sha256(result.Value.ImageBytes.ToArray()));
    }

    [Fact]
    public async Task Dall_e_3_answers_an_address_when_asked_for_one()
    {
        var result = await Images("dall-e-3").GenerateImageAsync("a fox", new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Uri });

        Assert.True(result.Value.ImageUri.IsAbsoluteUri);
    }

    [Fact]
    public async Task Edit_with_one_image_and_a_mask_arrives_whole()
    {
        using var image = new MemoryStream(First);
        using var mask = new MemoryStream(Mask);
        var result = await Images("azure/img-std").GenerateImageEditAsync(image, "one.png", "add a hat", mask, "mask.png");

        Assert.Equal(OnlyCall.Images.Single(), Answers.Sha256(result.Value.ImageBytes.ToArray()));
        Assert.Equal([("image", Answers.Sha256(First)), ("mask", Answers.Sha256(Mask))], OnlyCall.Files.Select(file => (file.Field, file.Sha256)).Order());
        Assert.DoesNotContain("model", OnlyCall.Fields.Keys);
    }

    [Fact]
    public async Task Edit_with_two_images_and_a_mask_arrives_whole_through_the_protocol_method()
    {
        using var form = Form.Edit().File("image[]", First, "one.png").File("image[]", Second, "two.png").File("mask", Mask, "mask.png");
        using var content = BinaryContent.Create(await form.ReadAsStreamAsync());
        var result = await Images("unused").GenerateImageEditsAsync(content, form.Headers.ContentType!.ToString());

        OpenAISchema.CheckImages(JsonNode.Parse(result.GetRawResponse().Content)!);
        Assert.Equal([Answers.Sha256(First), Answers.Sha256(Second), Answers.Sha256(Mask)], OnlyCall.Files.Select(file => file.Sha256));
    }

    [Fact]
    public async Task Stream_passes_through_the_protocol_method()
    {
        var events = await StreamAsync();

        Assert.Equal(["image_generation.partial_image", "image_generation.partial_image", "image_generation.completed"], events.Select(item => item.Type));
        Assert.All(events, item => OpenAISchema.CheckEvent(item.Data, "image_generation"));
        Assert.Equal(OnlyCall.Images.Single(), Answers.Sha256(Convert.FromBase64String((string)events[2].Data["b64_json"]!)));
    }

    [Fact]
    public async Task Stream_that_is_cut_ends_with_an_error()
    {
        Break(new Fault { CutAfterEvents = 1 });

        Assert.Equal("upstream_error", (string?)(await StreamAsync())[^1].Data["error"]!["code"]);
    }

    [Fact]
    public async Task Idempotency_key_is_added_by_one_line()
    {
        var options = new RequestOptions();
        options.SetHeader("Idempotency-Key", $"{Guid.NewGuid()}");
        var json = Job(job => job["model"] = "openai/gpt-image-1").ToJsonString();
        var pictures = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var content = BinaryContent.Create(BinaryData.FromString(json));
            var result = await Images("unused").GenerateImagesAsync(content, options);
            pictures.Add(Answers.Sha256(JsonNode.Parse(result.GetRawResponse().Content)!.AsObject().Picture()));
        }

        Assert.Equal([OnlyCall.Images.Single(), OnlyCall.Images.Single()], pictures);
    }

    [Theory]
    [InlineData("openai/gpt-image-1", "wrong", 401, "invalid_api_key")]
    [InlineData("no-such-model", Keys.Acme, 404, "model_not_found")]
    [InlineData("gpt-image-1", Keys.Limited, 403, "model_not_allowed")]
    public async Task Errors_are_raised_with_status_code_and_request_id(string model, string key, int status, string code)
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Images(model, key).GenerateImageAsync("a fox"));

        CheckError(error, status, code);
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData(429, 429, "rate_limit_exceeded")]
    [InlineData(500, 502, "upstream_error")]
    [InlineData(400, 400, "invalid_value")]
    [InlineData(401, 503, "no_target_available")]
    public async Task Failures_upstream_are_raised_as_mapped(int upstream, int status, string code)
    {
        // Longer than the gateway itself would wait for its only target.
        Break(new Fault { Status = upstream, Headers = new Dictionary<string, string> { ["retry-after"] = "7" } });
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Images("openai/gpt-image-1").GenerateImageAsync("a fox"));

        CheckError(error, status, code);
        Assert.Single(Log.Calls);
    }

    [Fact]
    public async Task Broken_transfer_is_raised()
    {
        Break(new Fault { CutAfterBytes = 30_000 });

        await Assert.ThrowsAnyAsync<Exception>(() => Images("openai/gpt-image-1").GenerateImageAsync("a fox"));
        Assert.Single(Log.Calls);
    }

    [Fact]
    public async Task Models_are_listed_and_retrieved()
    {
        var client = new OpenAIModelClient(new ApiKeyCredential(Keys.Acme), Options());
        var models = (await client.GetModelsAsync()).Value;

        Assert.Superset(new HashSet<string> { "draft", "final", "auto", "gpt-image-1" }, models.Select(model => model.Id).ToHashSet());
        Assert.Equal("gpt-image-1", (await client.GetModelAsync("gpt-image-1")).Value.Id);
    }

    private async Task<IReadOnlyList<Event>> StreamAsync()
    {
        using var content = BinaryContent.Create(BinaryData.FromString(Job(job =>
        {
            job["stream"] = true;
            job["partial_images"] = 2;
        }).ToJsonString()));
        var result = await Images("unused").GenerateImagesAsync(content, new RequestOptions { BufferResponse = false });
        using var response = result.GetRawResponse();
        return await Event.ReadAllAsync(response.ContentStream!);
    }

    private ImageClient Images(string model, string key = Keys.Acme) => new(model, new ApiKeyCredential(key), Options());

    private OpenAIClientOptions Options() => new() { Endpoint = new Uri(Gateway.Url, "v1"), RetryPolicy = new ClientRetryPolicy(0) };

    private static void CheckError(ClientResultException error, int status, string code)
    {
        Assert.Equal(status, error.Status);
        Assert.Contains(code, error.Message, StringComparison.Ordinal);
        Assert.True(error.GetRawResponse()!.Headers.TryGetValue("x-request-id", out var id) && id!.Length > 0);
    }
}
