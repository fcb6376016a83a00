using System.Net.Http.Headers;
using System.Text;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

/// <summary>What stands on the wire to a provider, byte by byte: a provider's parser may be less forgiving than the simulator's.</summary>
public sealed class WireTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly Recorder _provider = new();
    private Microsoft.AspNetCore.Builder.WebApplication? _gateway;

    public async Task InitializeAsync()
    {
        await _provider.StartAsync();
        _gateway = await GatewayFixture.StartAsync(ConfigurationFile.Write(_folder, _provider.Url));
        _http.BaseAddress = new Uri(_gateway.Urls.Single());
        _http.DefaultRequestHeaders.Add("api-key", Keys.Acme);
    }

    public async Task DisposeAsync()
    {
        await _gateway!.DisposeAsync();
        await _provider.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Json_members_the_gateway_leaves_alone_pass_byte_for_byte()
    {
        const string Members = """ "prompt" : "a \u00e4 \/ fox €",  "n":1, "later":{"a": [1.50, 1e3, -0], "b":"\ud83e\udd8a"}, "user":"u" """;
        using var response = await PostAsync("/v1/images/generations", new StringContent($$"""{"model":"openai/gpt-image-1","quality":"low",{{Members}}}""", Encoding.UTF8, "application/json"));

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(Members.Trim(), _provider.Body, StringComparison.Ordinal);
        using var parsed = System.Text.Json.JsonDocument.Parse(_provider.Body);
        Assert.Equal(["later", "model", "n", "prompt", "quality", "user"], parsed.RootElement.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal("gpt-image-1", parsed.RootElement.GetProperty("model").GetString());
        Assert.Equal($"{Encoding.UTF8.GetByteCount(_provider.Body)}", _provider.Headers["content-length"]);
    }

    [Fact]
    public async Task Form_has_a_length_and_its_text_in_utf_8()
    {
        using var response = await PostFormAsync("prompt", "picture.png");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.StartsWith("multipart/form-data; boundary=", _provider.Headers["content-type"], StringComparison.Ordinal);
        Assert.Contains("content-length", _provider.Headers.Keys);
        Assert.Contains("ein Hut für größe 東京\r\n", _provider.Body, StringComparison.Ordinal);
    }

    // HTML Living Standard, multipart/form-data encoding: names are UTF-8 as they are, never encoded words of mail.
    [Fact]
    public async Task Name_of_a_file_stands_in_utf_8()
    {
        using var response = await PostFormAsync("prompt", "größe 東京.png");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.True(_provider.Body.Contains("filename=\"größe 東京.png\"", StringComparison.Ordinal), Disposition("image"));
    }

    [Fact]
    public async Task Name_of_a_field_stands_in_utf_8()
    {
        using var response = await PostFormAsync("meta[größe]", "picture.png");

        Assert.True(_provider.Body.Contains("name=\"meta[größe]\"", StringComparison.Ordinal), Disposition("utf-8"));
    }

    private string Disposition(string part) => _provider.Body.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Disposition", StringComparison.OrdinalIgnoreCase) && line.Contains(part, StringComparison.Ordinal)) ?? "absent";

    private async Task<HttpResponseMessage> PostFormAsync(string field, string file)
    {
        const string Boundary = "a-boundary-of-mine";
        string[] parts =
        [
            "name=\"model\"\r\n\r\nopenai/gpt-image-1",
            $"name=\"{field}\"\r\n\r\nein Hut für größe 東京",
            field == "prompt" ? "name=\"user\"\r\n\r\nu" : "name=\"prompt\"\r\n\r\na hat",
            $"name=\"image\"; filename=\"{file}\"\r\nContent-Type: image/png\r\n\r\n",
        ];
        var head = string.Join("\r\n", parts.Select(part => $"--{Boundary}\r\nContent-Disposition: form-data; {part}"));
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(head), .. Pictures.Png(), .. Encoding.UTF8.GetBytes($"\r\n--{Boundary}--\r\n")]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={Boundary}");
        return await PostAsync("/v1/images/edits", content);
    }

    private Task<HttpResponseMessage> PostAsync(string path, HttpContent content) => _http.PostAsync(new Uri(path, UriKind.Relative), content);
}
