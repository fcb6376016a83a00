using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace ImageGateway.Tests.Simulator;

public sealed class EditTests : SimulatorFixture
{
    private const string Path = "/v1/images/edits";
    private static readonly byte[] Image = DecodedPng.Create(64, 48);
    private static readonly (string, string)[] Fields = [("model", "gpt-image-1"), ("prompt", "a fox")];

    [Theory]
    [InlineData("image", 1)]
    [InlineData("image[]", 16)]
    public async Task Multipart_edit_takes_one_image_or_many(string field, int count)
    {
        var response = await SendAsync(Path, Form([.. Fields, ("n", "2")], [.. Enumerable.Repeat((field, Image), count)]));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(count, Log.Calls.Single().Files.Count);
        Assert.Equal((field, (int?)64, (int?)48), (Log.Calls.Single().Files[0].Field, Log.Calls.Single().Files[0].Width, Log.Calls.Single().Files[0].Height));
    }

    [Fact]
    public async Task Json_edit_takes_data_urls_addresses_and_file_ids()
    {
        var url = "data:image/png;base64," + Convert.ToBase64String(Image);
        var response = await PostAsync(Path, new
        {
            model = "gpt-image-1",
            prompt = "a fox",
            images = new object[] { new { image_url = url }, new { image_url = "https://example.com/a.png" }, new { file_id = "file-1" } },
        });

        var call = Log.Calls.Single();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["images[0]", "images[1]", "images[2]"], call.Files.Select(file => file.Field));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Image)), call.Files[0].Sha256);
        Assert.Contains("data:image/png;sha256=" + call.Files[0].Sha256, call.Fields["images"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seventeenth_image_is_refused() =>
        await AssertRefusedAsync(Form(Fields, [.. Enumerable.Repeat(("image[]", Image), 17)]), "array_above_max_length");

    [Fact]
    public async Task Edit_without_an_image_is_refused() =>
        await AssertRefusedAsync(Form(Fields), "missing_required_parameter");

    [Fact]
    public async Task Json_image_with_two_sources_is_refused() =>
        await AssertRefusedAsync(Json("""{"model":"gpt-image-1","prompt":"x","images":[{"image_url":"https://a","file_id":"b"}]}"""), "invalid_value");

    [Fact]
    public async Task File_that_is_no_picture_is_refused() =>
        await AssertRefusedAsync(Form(Fields, ("image", [1, 2, 3])), "invalid_image_file");

    [Fact]
    public async Task File_without_an_image_type_is_refused()
    {
        var form = Form(Fields);
        var part = new ByteArrayContent(Image);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(part, "image", "image.png");

        await AssertRefusedAsync(form, "unsupported_file_mimetype");
    }

    [Theory]
    [InlineData("gpt-image-2", "low")]
    [InlineData("gpt-image-1-mini", "high")]
    public async Task Input_fidelity_a_model_lacks_is_refused(string model, string fidelity) =>
        await AssertRefusedAsync(Form([("model", model), ("prompt", "x"), ("input_fidelity", fidelity)], ("image", Image)), "invalid_input_fidelity_model");

    [Theory]
    [InlineData(64, 64, true, "mask size does not match image size")]
    [InlineData(64, 48, false, "mask image missing alpha channel")]
    [InlineData(64, 48, true, null)]
    public async Task Mask_needs_the_images_size_and_an_alpha_channel(int width, int height, bool alpha, string? reason)
    {
        var response = await SendAsync(Path, Form(Fields, ("image", Image), ("mask", DecodedPng.Create(width, height, alpha))));

        var error = (await ReadAsync(response))["error"];
        Assert.Equal(reason is null ? null : $"Invalid mask image format - {reason}", (string?)error?["message"]);
        Assert.Equal(reason is null ? null : "invalid_mask_image_format", (string?)error?["code"]);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx")]
    [InlineData("multipart/form-data", "x")]
    [InlineData("text/plain", "x")]
    public async Task Body_that_cannot_be_read_is_refused(string type, string text)
    {
        var content = new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(text));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(Path, content)).StatusCode);
    }

    private async Task AssertRefusedAsync(HttpContent content, string code)
    {
        var response = await SendAsync(Path, content);
        Assert.Equal((HttpStatusCode.BadRequest, code), (response.StatusCode, (string?)(await ReadAsync(response))["error"]!["code"]));
    }
}
