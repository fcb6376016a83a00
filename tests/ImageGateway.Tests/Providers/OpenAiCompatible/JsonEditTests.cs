using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Providers.OpenAiCompatible;
using ImageGateway.Tests.Catalog;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Providers.OpenAiCompatible;

public sealed class JsonEditTests
{
    // A third, two thirds and whole blocks of base64; one block of memory and several.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(65_536)]
    [InlineData(1_000_001)]
    public async Task Picture_of_any_length_is_encoded_whole_and_its_length_is_known(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var image = Requests.Image("a.png", "");
        using var job = Job(new FormBody([], []), image with { Bytes = Requests.Spooled(bytes) });
        using var content = JsonEdit.Create(Attempt(job), []);

        Assert.True(content.Headers.ContentLength > length);
        var text = await content.ReadAsStringAsync();
        Assert.Equal(content.Headers.ContentLength, text.Length);
        var picture = JsonNode.Parse(text)!["image"]!;
        Assert.Equal("image_url", (string?)picture["type"]);
        Assert.Equal($"data:image/png;base64,{Convert.ToBase64String(bytes)}", (string?)picture["url"]);
    }

    [Fact]
    public async Task Fields_of_a_form_cannot_break_out_of_their_members()
    {
        FormField[] fields = [new("x\":1,\"n", "\"}"), new("prompt", "ünï\n"), new("n", "2"), new("stream", "False"), new("seed", "7"), new("image", "no picture"), new("mask_mode", "luminance")];
        using var job = Job(new FormBody(fields, []), Requests.Image("a.png", "1"), Requests.Image("b.png", "2")) with { Parameters = new() { N = 2 } };
        using var content = JsonEdit.Create(Attempt(job), [new("model", "m"), new("prompt", "new")]);

        var body = JsonNode.Parse(await content.ReadAsStringAsync())!.AsObject();
        Assert.Equal(["images", "model", "n", "prompt", "seed", "stream", "x\":1,\"n"], body.Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("\"}", "new", 2, false), ((string?)body["x\":1,\"n"], (string?)body["prompt"], (int)body["n"]!, (bool)body["stream"]!));
        Assert.Equal(2, body["images"]!.AsArray().Count);
    }

    [Fact]
    public async Task Repeated_field_of_a_form_is_a_list()
    {
        using var job = Job(new FormBody([new("lora", "a"), new("seed", "7"), new("lora", "\"b")], []), Requests.Image("a.png", "1"));
        using var content = JsonEdit.Create(Attempt(job), []);

        var body = JsonNode.Parse(await content.ReadAsStringAsync())!.AsObject();
        Assert.Equal(["a", "\"b"], body["lora"]!.AsArray().Select(value => (string?)value));
        Assert.Equal("7", (string?)body["seed"]);
    }

    [Fact]
    public async Task Members_of_a_json_client_stay_and_its_pictures_are_written_anew()
    {
        using var job = Job(Requests.Json("""{"images":[{"image_url":"data:,x"}],"prompt":"p","seed":7,"image":{"url":"https://elsewhere.example/"},"mask":{}}"""), Requests.Image("a.png", "1"));
        using var content = JsonEdit.Create(Attempt(job), [new("n", "2", IsText: false)]);

        Assert.Equal("""{"prompt":"p","seed":7,"n":2,"image":{"url":"data:image/png;base64,MQ==","type":"image_url"}}""", await content.ReadAsStringAsync());
    }

    private static Attempt Attempt(ImageJob job) => new(job, ShippedCatalogue.Model("gpt-image-1"), "m", [], new DefaultHttpContext());

    private static ImageJob Job(RequestBody body, params InputImage[] images) => new()
    {
        Operation = Operation.Edit,
        Prompt = "p",
        Parameters = new(),
        Images = images,
        Body = body,
    };
}
