using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Errors;

public sealed class TooLargeTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    private static (int Json, int Form, int File) Limits => GatewayFixture.NarrowLimits;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Oversized_json_is_refused(bool chunked)
    {
        using var response = await SendAsync(Generations, Json(Job(job => job["prompt"] = new string('x', Limits.Json))), chunked);

        await response.ErrorAsync(413, "request_too_large", null, $"{Limits.Json}");
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Json_at_its_limit_is_served(bool chunked)
    {
        // The server counts the framing of chunks too.
        var framing = chunked ? 64 : 0;
        var room = Limits.Json - Encoding.UTF8.GetByteCount(Job(job => job["prompt"] = "").ToJsonString());
        using var response = await SendAsync(Generations, Json(Job(job => job["prompt"] = new string('x', room - framing))), chunked);

        await response.ImagesAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Oversized_form_is_refused(bool chunked)
    {
        using var form = Form.Edit();
        for (var i = 0; i < 15; i++)
            form.File("image[]", [.. Pictures.Png(), .. new byte[1_500]]);
        using var response = await SendAsync(Edits, form, chunked);

        await response.ErrorAsync(413, "request_too_large", null, $"{Limits.Form}");
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("image")]
    [InlineData("mask")]
    public async Task Oversized_file_is_refused(string field)
    {
        using var form = Form.Edit().File(field, [.. Pictures.Png(), .. new byte[Limits.File]]);
        using var response = await SendAsync(Edits, form, chunked: false);

        await response.ErrorAsync(413, "request_too_large", field, $"{Limits.File}", field);
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Oversized_picture_of_a_json_edit_is_refused()
    {
        var picture = $"data:image/png;base64,{Convert.ToBase64String([.. Pictures.Png(), .. new byte[Limits.File]])}";
        Assert.True(picture.Length + 200 < Limits.Json);
        using var response = await SendAsync(Edits, Json(Job(job => job["images"] = new JsonArray(new JsonObject { ["image_url"] = picture }))), chunked: false);

        await response.ErrorAsync(413, "request_too_large", "images", $"{Limits.File}");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Content_length_beyond_the_limit_is_refused_before_the_body_comes()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Gateway.NarrowUrl.Host, Gateway.NarrowUrl.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Generations} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {Keys.Acme}\r\nContent-Type: application/json\r\nContent-Length: {Limits.Json + 1}\r\n\r\n"));
        var buffer = new byte[4096];
        var length = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.StartsWith("HTTP/1.1 413", Encoding.ASCII.GetString(buffer, 0, length), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> SendAsync(string path, HttpContent content, bool chunked)
    {
        var request = Request(HttpMethod.Post, new Uri(Gateway.NarrowUrl, path).ToString(), content);
        request.Headers.TransferEncodingChunked = chunked;
        return SendAsync(request);
    }
}
