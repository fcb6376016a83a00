using System.Net.Http.Headers;
using System.Text;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Errors;

public sealed class BadFormTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Fact]
    public async Task Truncated_form_is_refused()
    {
        using var whole = Form.Edit().File("image", Pictures.Png());
        var bytes = await whole.ReadAsByteArrayAsync();
        foreach (var length in (int[])[bytes.Length - 4, bytes.Length - 100, 10, 0])
        {
            using var cut = new ByteArrayContent(bytes, 0, length);
            cut.Headers.ContentType = whole.Headers.ContentType;
            using var response = await PostAsync(Edits, cut);

            await response.ErrorAsync(400, "invalid_value", null);
        }
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Image_without_a_filename_is_refused()
    {
        using var form = Form.Edit().NamelessFile("image", Pictures.Png());
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "invalid_value", "image", "filename");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Seventeen_images_are_refused()
    {
        using var form = Form.Edit();
        for (var i = 0; i < 17; i++)
            form.File("image[]", Pictures.Png());
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "invalid_value", "image", "17", "16");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Two_images_for_a_model_that_takes_one_are_refused()
    {
        using var form = Form.Edit("dall-e-2").File("image[]", Pictures.Png()).File("image[]", Pictures.Png());
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "invalid_value", "image", "dall-e-2", "1", "2");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Image_that_is_no_picture_is_refused()
    {
        using var form = Form.Edit().File("image", Encoding.UTF8.GetBytes("GIF89a is not taken, nor is text"));
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "invalid_value", "image", "PNG", "JPEG", "WebP");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Empty_image_is_refused()
    {
        using var form = Form.Edit().File("image", []);
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "invalid_value", "image");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Edit_without_an_image_says_so()
    {
        using var form = Form.Edit();
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "missing_required_parameter", "image", "image");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Edit_without_a_prompt_says_so()
    {
        using var form = new Form().Field("model", "gpt-image-1").File("image", Pictures.Png());
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "missing_required_parameter", "prompt", "prompt");
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("n", "0", "1", "10")]
    [InlineData("n", "two", "1", "10")]
    [InlineData("n", "1.5", "1", "10")]
    [InlineData("stream", "perhaps", "true", "false")]
    [InlineData("size", "12x12", "1024x1024")]
    [InlineData("quality", "splendid", "low", "high")]
    [InlineData("input_fidelity", "extreme", "low", "high")]
    public async Task Wrong_field_is_named_with_what_is_allowed(string name, string value, params string[] allowed)
    {
        using var form = Form.Edit().Field(name, value).File("image", Pictures.Png());
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "invalid_value", name, [$"'{value}'", .. allowed]);
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Field_that_comes_twice_is_refused()
    {
        using var form = Form.Edit().Field("quality", "low").Field("quality", "high").File("image", Pictures.Png());
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "invalid_value", "quality", "quality");
        Assert.Empty(Log.Calls);
    }

    public static TheoryData<string, byte[], string> WrongMasks => new()
    {
        { "no alpha", Pictures.Png(), "alpha" },
        { "wrong size", Pictures.Png(32, 64, alpha: true), "32x64" },
        { "a JPEG", Pictures.Jpeg(), "PNG" },
        { "no picture", Encoding.UTF8.GetBytes("nothing that anybody could read as a picture"), "PNG" },
    };

    [Theory]
    [MemberData(nameof(WrongMasks))]
    public async Task Wrong_mask_is_refused(string what, byte[] mask, string word)
    {
        Assert.NotEmpty(what);
        using var form = Form.Edit().File("mask", mask).File("image", Pictures.Png());
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(400, "invalid_mask_image_format", "mask", "Invalid mask image format", word);
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData(Generations, "text/plain", "application/json")]
    [InlineData(Generations, "multipart/form-data; boundary=x", "application/json")]
    [InlineData(Generations, "application/x-www-form-urlencoded", "application/json")]
    [InlineData(Generations, null, "application/json")]
    [InlineData(Edits, "text/plain", "multipart/form-data")]
    [InlineData("/v1/images/variations", "application/json", "multipart/form-data")]
    public async Task Wrong_content_type_is_refused(string path, string? type, string allowed)
    {
        using var content = new ByteArrayContent("{\"prompt\":\"a fox\"}"u8.ToArray());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        using var response = await PostAsync(path, content);

        await response.ErrorAsync(415, "unsupported_media_type", null, type ?? "", allowed);
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Compressed_body_is_refused()
    {
        using var content = new ByteArrayContent([0x1F, 0x8B, 8, 0]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await PostAsync(Generations, content);

        await response.ErrorAsync(415, "unsupported_media_type", null, "Content-Encoding");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Form_without_a_boundary_is_refused()
    {
        using var content = new ByteArrayContent("--x--"u8.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data");
        using var response = await PostAsync(Edits, content);

        await response.ErrorAsync(400, "invalid_value", null, "boundary");
        Assert.Empty(Log.Calls);
    }
}
