using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Processes;

/// <summary>The folders that a process writes to, given by its environment as the image does.</summary>
public sealed class FolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "data/gateway.db")]
    [InlineData("\"ConnectionStrings\": { \"Database\": \"Data Source=own/ledger.db\" },", "own/ledger.db")]
    public async Task Database_is_in_the_images_folder_unless_the_configuration_names_another(string more, string database)
    {
        using var gateway = Start(more, ("IMAGEGATEWAY_DATA", Path.Combine(_folder.Path, "data")));
        await gateway.LineAsync("Listening on ");
        Assert.Equal([database], Directory.EnumerateFiles(_folder.Path, "*.db", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.Path, file)));
    }

    [Fact]
    public async Task Upload_that_no_disk_takes_is_told_to_come_again()
    {
        using var gateway = Start("", ("TMPDIR", Path.Combine(_folder.Path, "none")));
        var url = new Uri((string)JsonNode.Parse(await gateway.LineAsync("Listening on "))!["Properties"]!["Urls"]![0]!);
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme) } };
        using var form = new MultipartFormDataContent { { new StringContent("a fox"), "prompt" }, { new StringContent("gpt-image-1"), "model" }, { new ByteArrayContent(Pictures.Png(64, 64)), "image", "a.png" } };
        using var response = await http.PostAsync(new Uri(url, "/v1/images/edits"), form);
        await response.ErrorAsync(503, "overloaded", null);
        Assert.Equal("5", response.Header("retry-after"));
    }

    // Official clients would buy it again.
    [Fact]
    public async Task Fan_out_that_no_disk_takes_is_not_to_be_repeated()
    {
        using var gateway = Start("", ("TMPDIR", Path.Combine(_folder.Path, "none")));
        var url = new Uri((string)JsonNode.Parse(await gateway.LineAsync("Listening on "))!["Properties"]!["Urls"]![0]!);
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme) } };
        using var job = new StringContent("""{"model":"dall-e-3","prompt":"a fox","n":2,"response_format":"b64_json"}""", new MediaTypeHeaderValue("application/json"));
        using var response = await http.PostAsync(new Uri(url, "/v1/images/generations"), job);
        await response.ErrorAsync(503, "overloaded", null);
        Assert.Equal(("false", null), (response.Header("x-should-retry"), response.Header("retry-after")));
    }

    private GatewayProcess Start(string more, (string Name, string Value) variable)
    {
        _folder.Write("secrets/acme", Keys.Acme);
        var file = _folder.Write("gateway.json", $$"""
            { {{more}} "Gateway": {
                "Limits": { "BufferBytes": 0 },
                "Providers": { "openai": { "Kind": "OpenAI", "Simulated": true, "Models": [ "gpt-image-1", "dall-e-3" ] } },
                "Tenants": { "acme": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme" } ] } } } }
            """);
        return GatewayProcess.Start(_folder.Path, ["--config", file, "--urls", "http://127.0.0.1:0"], variable);
    }
}
