using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Errors;

public sealed class BadImageUrlTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("https://pictures.example/cat.png", "pictures.example")]
    [InlineData("http://localhost/cat.png", "https")]
    [InlineData("https://user:password@localhost/cat.png", "not allowed")]
    [InlineData("https://localhost.example/cat.png", "not allowed")]
    [InlineData("file:///etc/passwd", "https")]
    [InlineData("cat.png", "https")]
    [InlineData("https://10.0.0.1/cat.png", "fetched")]
    [InlineData("https://169.254.169.254/latest/meta-data", "fetched")]
    [InlineData("https://[::1]/cat.png", "not allowed")]
    [InlineData("https://[::ffff:127.0.0.1]/cat.png", "not allowed")]
    [InlineData("https://[::ffff:7f00:1]/cat.png", "not allowed")]
    [InlineData("https://[64:ff9b::7f00:1]/cat.png", "not allowed")]
    [InlineData("https://2130706433/cat.png", "fetched")] // 127.0.0.1, in the ways that a browser takes
    [InlineData("https://0x7f.1/cat.png", "fetched")]
    [InlineData("https://0x7f000001/cat.png", "fetched")]
    [InlineData("https://0177.0.0.1/cat.png", "fetched")]
    [InlineData("https://127.1/cat.png", "fetched")]
    [InlineData("https://127.0.0.1./cat.png", "not allowed")]
    [InlineData("https://localhost./cat.png", "not allowed")]
    [InlineData("https://LOCALHOST/cat.png", "fetched")]
    [InlineData("https://\uFF4Cocalhost/cat.png", "not allowed")]
    [InlineData("https://127.0.0.1%00.example/cat.png", "https")]
    [InlineData("https://pictures.example#@localhost/cat.png", "not allowed")]
    [InlineData("https://pictures.example\\@localhost/cat.png", "https")]
    [InlineData("https://localhost@pictures.example/cat.png", "not allowed")]
    [InlineData("https:localhost/cat.png", "https")]
    [InlineData("//localhost/cat.png", "https")]
    [InlineData("ftp://localhost/cat.png", "https")]
    [InlineData("gopher://localhost/cat.png", "https")]
    [InlineData("jar:https://localhost/cat.png", "https")]
    [InlineData("data:image/png;base64,???", "base64")]
    [InlineData("data:image/png,plain", "base64")]
    [InlineData("data:text/plain;base64,aGVsbG8gd29ybGQ=", "PNG")]
    public async Task Image_url_that_may_not_be_read_is_refused(string url, string word)
    {
        using var response = await PostAsync(Edits, Json(EditOf(url)));

        var error = await response.ErrorAsync(400, "invalid_value", "images", word);
        Assert.DoesNotContain("password", (string)error["message"]!, StringComparison.Ordinal);
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Private_host_is_never_connected_to_even_when_it_is_allowed(string host)
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        using var response = await PostAsync(Edits, Json(EditOf($"https://{host}:{((IPEndPoint)inside.LocalEndpoint).Port}/cat.png")));

        await response.ErrorAsync(400, "invalid_value", "images", "fetched");
        Assert.False(inside.Pending(), "a connection was made");
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("\"cat.png\"", "images")]
    [InlineData("[{}]", "images[0]")]
    [InlineData("[{\"image_url\":\"data:,\",\"file_id\":\"file-1\"}]", "images[0]")]
    [InlineData("[{\"image_url\":17}]", "images[0]")]
    public async Task Images_of_the_wrong_shape_are_refused(string images, string param)
    {
        using var response = await PostAsync(Edits, Json(Job(job => job["images"] = JsonNode.Parse(images))));

        await response.ErrorAsync(400, "invalid_value", param, "image_url", "file_id");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task No_images_are_refused()
    {
        using var response = await PostAsync(Edits, Json(EditOf()));

        await response.ErrorAsync(400, "invalid_value", "images", "1 to 16");
        Assert.Empty(Log.Calls);
    }

    // A picture that arrives shorter than it was sent is drawn on, and billed, all the same.
    [Theory]
    [InlineData("without its last character", -1, "")]
    [InlineData("without its last three characters", -3, "")]
    [InlineData("with a character too many", 0, "A")]
    [InlineData("with more behind its padding", 0, "AAAA")]
    [InlineData("with a character that is none", -4, "AA?A")]
    [InlineData("with white space", -4, "AA A")]
    public async Task Picture_in_broken_base64_is_refused(string how, int change, string end)
    {
        Assert.NotEmpty(how);
        var png = Pictures.Png();
        // One byte in the last group, so that it ends in padding.
        var base64 = Convert.ToBase64String([.. png, .. new byte[(4 - (png.Length % 3)) % 3]]);
        Assert.EndsWith("==", base64, StringComparison.Ordinal);
        foreach (var target in (string[])["azure/img-std", "openai/gpt-image-1"])
        {
            var edit = EditOf($"data:image/png;base64,{base64[..(base64.Length + change)]}{end}");
            edit["model"] = target;
            using var response = await PostAsync(Edits, Json(edit));

            await response.ErrorAsync(400, "invalid_value", "images", "base64");
            Assert.Empty(Log.Calls);
        }
    }

    [Fact]
    public async Task Missing_images_are_named()
    {
        using var response = await PostAsync(Edits, Json(Job()));

        await response.ErrorAsync(400, "missing_required_parameter", "images", "images");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Seventeen_images_are_refused()
    {
        var picture = $"data:image/png;base64,{Convert.ToBase64String(Pictures.Png())}";
        using var response = await PostAsync(Edits, Json(EditOf([.. Enumerable.Repeat(picture, 17)])));

        await response.ErrorAsync(400, "invalid_value", "images", "17", "16");
        Assert.Empty(Log.Calls);
    }

    private static JsonObject EditOf(params string[] urls) =>
        Job(job => job["images"] = new JsonArray([.. urls.Select(url => new JsonObject { ["image_url"] = url })]));
}
