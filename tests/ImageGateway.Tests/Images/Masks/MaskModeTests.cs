using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Providers.Bodies;
using ImageGateway.Tests.Simulator;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Images.Masks;

/// <summary><c>mask_mode</c> from a request to what a provider is sent.</summary>
public sealed class MaskModeTests : IDisposable
{
    private static readonly TestPng Grey = new(0, 8, 6, 4, seed: 1);
    private static readonly byte[] Mask = Grey.Encode(interlaced: false);
    private static readonly byte[] Picture = new TestPng(2, 8, 6, 4, seed: 2).Encode(interlaced: false);
    private static readonly byte[] AlphaMask = new TestPng(6, 8, 6, 4, seed: 3).Encode(interlaced: false);

    private readonly BlockPool _pool = new();
    private readonly BufferBudget _budget = new(1 << 30);

    public static TheoryData<string, bool> Ways() => new()
    {
        { "luminance", true }, { "luminance", false }, { "luminance-inverted", true }, { "luminance-inverted", false },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Mask_is_converted_and_the_field_is_not_forwarded(string mode, bool isForm)
    {
        var form = await UpstreamFormAsync(isForm ? Form(mode, Mask) : Json($"\"{mode}\"", Mask));

        Assert.Equal(["model", "n", "prompt", "unknown"], form.Keys.Order());
        Assert.Equal(["named", "2", "a fox", "x"], new[] { "model", "n", "prompt", "unknown" }.Select(name => form[name].ToString()));
        Assert.Equal(["image", "mask"], form.Files.Select(file => file.Name));
        Assert.Equal(Picture, await BytesAsync(form.Files[0]));
        Assert.Equal("image/png", form.Files[1].ContentType);
        var alpha = MaskBench.Alpha(DecodedPng.Read(await BytesAsync(form.Files[1])));
        var brightness = Grey.Brightness(5, 3);
        Assert.Equal(mode == "luminance" ? brightness : 255 - brightness, alpha[5, 3]);
    }

    [Fact]
    public async Task Mode_of_a_mask_with_alpha_takes_its_colours()
    {
        var coloured = new TestPng(6, 8, 6, 4, seed: 3);

        var form = await UpstreamFormAsync(Form("luminance", AlphaMask));

        Assert.Equal(coloured.Brightness(5, 3), MaskBench.Alpha(DecodedPng.Read(await BytesAsync(form.Files["mask"]!)))[5, 3]);
    }

    [Fact]
    public async Task Mask_without_the_mode_passes_unchanged()
    {
        var form = await UpstreamFormAsync(Form(null, AlphaMask));

        Assert.Equal(AlphaMask, await BytesAsync(form.Files["mask"]!));
    }

    [Fact]
    public async Task Json_null_is_absent_and_not_forwarded_either()
    {
        using var content = await UpstreamAsync(Json("null", AlphaMask), Operation.Edit);

        Assert.Equal("application/json", content.Headers.ContentType!.MediaType);
        var body = JsonNode.Parse(await content.ReadAsStringAsync())!.AsObject();
        Assert.Equal(["images", "mask", "model", "n", "prompt", "unknown"], body.Select(member => member.Key).Order());
    }

    [Theory]
    [InlineData("alpha")]
    [InlineData("Luminance")]
    [InlineData("")]
    public async Task Another_value_is_refused_by_name(string mode)
    {
        foreach (var content in new HttpContent[] { Form(mode, Mask), Json($"\"{mode}\"", Mask) })
            await AssertRefusedAsync(content, ErrorKind.InvalidValue, "mask_mode", $"'{mode}'", "luminance (black is edited)", "luminance-inverted (white is edited)");
    }

    [Theory]
    [InlineData("3")]
    [InlineData("true")]
    [InlineData("{}")]
    public async Task Value_that_is_no_text_is_refused(string json) =>
        await AssertRefusedAsync(Json(json, Mask), ErrorKind.InvalidValue, "mask_mode", "a string");

    [Fact]
    public async Task Mode_without_a_mask_is_refused()
    {
        foreach (var content in new HttpContent[] { Form("luminance", null), Json("\"luminance\"", null) })
            await AssertRefusedAsync(content, ErrorKind.InvalidValue, "mask_mode", "needs a 'mask'");
    }

    [Fact]
    public async Task Mode_of_a_generation_is_refused()
    {
        var error = await FailureAsync(Body("""{"prompt":"a fox","mask_mode":"luminance"}"""), Operation.Generation);

        Assert.Equal((ErrorKind.InvalidValue, "mask_mode"), (error.Kind, error.Param));
    }

    [Theory]
    [InlineData("""{"prompt":"a fox","images":[{"file_id":"f"}],"mask":{"file_id":"m"},"mask_mode":"luminance"}""")]
    [InlineData("""{"prompt":"a fox","images":[{"file_id":"f"}],"mask":{"image_url":"data:image/png;base64,AAAA"},"mask_mode":"luminance"}""")]
    public async Task Mode_with_file_ids_is_refused(string json) =>
        await AssertRefusedAsync(Body(json), ErrorKind.InvalidValue, "mask_mode", "file ids", "data: URLs");

    [Fact]
    public async Task Mode_that_is_a_file_is_refused()
    {
        var form = Form(null, AlphaMask);
        form.Add(new StringContent("luminance"), "mask_mode", "a.txt");

        await AssertRefusedAsync(form, ErrorKind.InvalidValue, "mask_mode", "a file");
    }

    [Fact]
    public async Task Mask_without_alpha_is_told_of_the_mode()
    {
        foreach (var content in new HttpContent[] { Form(null, Mask), Json("null", Mask) })
            await AssertRefusedAsync(content, ErrorKind.InvalidMask, "mask", "missing alpha channel", "'mask_mode'", "luminance (black", "luminance-inverted (white");
    }

    [Fact]
    public async Task Size_is_checked_before_pixels_are_read()
    {
        // Were it read, it would be a damaged PNG.
        var cut = new TestPng(0, 8, 7, 4, seed: 1).Encode(interlaced: false)[..40];

        foreach (var content in new HttpContent[] { Form("luminance", cut), Json("\"luminance\"", cut) })
            await AssertRefusedAsync(content, ErrorKind.InvalidMask, "mask", "7x4 does not match image size 6x4");
    }

    [Fact]
    public async Task Damaged_mask_is_refused()
    {
        foreach (var content in new HttpContent[] { Form("luminance", Mask[..^20]), Json("\"luminance\"", Mask[..^20]) })
            await AssertRefusedAsync(content, ErrorKind.InvalidMask, "mask", "the mask is a damaged PNG");
    }

    [Fact]
    public async Task Mask_that_is_no_png_is_refused()
    {
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 4, 0, 6, 1, 1, 0x11, 0];

        await AssertRefusedAsync(Form("luminance", jpeg), ErrorKind.InvalidMask, "mask", "image/jpeg");
    }

    public void Dispose()
    {
        Assert.Equal(0, _budget.Held);
        _pool.Dispose();
    }

    private async Task AssertRefusedAsync(HttpContent content, ErrorKind kind, string param, params string[] words)
    {
        var error = await FailureAsync(content, Operation.Edit);
        Assert.Equal((kind, param), (error.Kind, error.Param));
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    private async Task<GatewayError> FailureAsync(HttpContent content, Operation operation) =>
        (await Assert.ThrowsAsync<GatewayException>(() => UpstreamAsync(content, operation))).Error;

    private async Task<IFormCollection> UpstreamFormAsync(HttpContent content)
    {
        using var upstream = await UpstreamAsync(content, Operation.Edit);
        return await (await RequestAsync(upstream)).Request.ReadFormAsync();
    }

    // What a provider that takes JSON edits is sent.
    private async Task<HttpContent> UpstreamAsync(HttpContent content, Operation operation)
    {
        using var client = new PublicClient(TimeProvider.System);
        var http = await RequestAsync(content);
        var reader = JobReaders.Of(_pool, _budget, client);
        using var job = await reader.ReadAsync(http, operation, null, new BodyLimits());
        var model = Catalogue.Load(Path.Combine(AppContext.BaseDirectory, "config", "models.json"), new Mistakes("Catalogue"))!.Models["gpt-image-1"];
        var upstream = UpstreamBody.For(new Attempt(job, model, "named", [], http), "named", jsonEdits: true);
        await upstream.LoadIntoBufferAsync();
        return upstream;
    }

    private static async Task<HttpContext> RequestAsync(HttpContent content)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(await content.ReadAsByteArrayAsync());
        http.Request.ContentType = content.Headers.ContentType!.ToString();
        return http;
    }

    private static MultipartFormDataContent Form(string? mode, byte[]? mask)
    {
        var form = new MultipartFormDataContent
        {
            { new StringContent("a fox"), "prompt" }, { new StringContent("2"), "n" }, { new StringContent("x"), "unknown" }, { new ByteArrayContent(Picture), "image", "a.png" },
        };
        if (mode is not null)
            form.Add(new StringContent(mode), "mask_mode");
        if (mask is not null)
            form.Add(new ByteArrayContent(mask), "mask", "m.png");
        return form;
    }

    private static StringContent Json(string mode, byte[]? mask)
    {
        static string Url(byte[] png) => $$"""{"image_url":"data:image/png;base64,{{Convert.ToBase64String(png)}}"}""";
        return Body($$"""{"prompt":"a fox","mask_mode":{{mode}},"n":2,"unknown":"x","images":[{{Url(Picture)}}],"mask":{{(mask is null ? "null" : Url(mask))}}}""");
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static async Task<byte[]> BytesAsync(IFormFile file)
    {
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
