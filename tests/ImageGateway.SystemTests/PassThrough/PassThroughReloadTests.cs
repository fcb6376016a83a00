using System.Net;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.PassThrough;

/// <summary>The list of paths that pass through changes while the gateway runs.</summary>
public sealed class PassThroughReloadTests : IAsyncLifetime
{
    private readonly UpstreamStub _upstream = new();

    public Task InitializeAsync() => _upstream.StartAsync();

    public Task DisposeAsync() => _upstream.DisposeAsync().AsTask();

    [Fact]
    public async Task Path_passes_from_when_it_is_listed_until_it_is_not()
    {
        await using var gateway = await OwnGateway.StartAsync(Configuration());
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(gateway, "/v1/files/1"));

        gateway.Write(Configuration("""{ "Path": "/v1/files/{**rest}", "Provider": "other" }"""));
        await Until.TrueAsync(async () => await GetAsync(gateway, "/v1/files/1") == HttpStatusCode.OK, "the path is listed");
        Assert.Equal("/base/v1/files/1", _upstream.Arrivals.Single().Target);

        gateway.Write(Configuration("""{ "Path": "/v1/batches", "Provider": "other", "Methods": [ "POST" ] }"""));
        await Until.TrueAsync(async () => await GetAsync(gateway, "/v1/batches") == HttpStatusCode.MethodNotAllowed, "another one is listed");
        _upstream.Arrivals.Clear();
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(gateway, "/v1/files/1"));
        Assert.Empty(_upstream.Arrivals);
    }

    [Fact]
    public async Task Bad_list_is_refused_and_the_one_before_stays()
    {
        await using var gateway = await OwnGateway.StartAsync(Configuration("""{ "Path": "/v1/files/{**rest}", "Provider": "other" }"""));

        gateway.Write(Configuration("""{ "Path": "/v1/batches", "Provider": "nobody" }"""));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(gateway, "/v1/files/1"));
        // Nothing shows from outside that a list was refused; a good one after it shows that it was looked at.
        gateway.Write(Configuration("""{ "Path": "/v1/responses", "Provider": "other" }"""));
        await Until.TrueAsync(async () => await GetAsync(gateway, "/v1/responses") == HttpStatusCode.OK, "the good list is taken");
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(gateway, "/v1/files/1"));
    }

    private string Configuration(string entries = "") => $$"""
        "Providers": { "other": { "Kind": "OpenAI", "BaseUrl": "{{_upstream.Url}}/base/v1", "ApiKey": "file:secrets/openai", "Models": [ "gpt-image-1" ] } },
        "PassThrough": [ {{entries}} ]
        """;

    private static async Task<HttpStatusCode> GetAsync(OwnGateway gateway, string path)
    {
        using var response = await gateway.Http.GetAsync(path);
        return response.StatusCode;
    }
}
