using System.Net.Http.Headers;
using System.Text.Json;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;

namespace ImageGateway.SystemTests.PassThrough;

/// <summary>A gateway in front of a provider that has more paths than pictures.</summary>
public sealed class PassThroughFixture : IAsyncLifetime, IDisposable
{
    private static readonly string[] Model = ["gpt-image-1"];
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _gateway;

    internal UpstreamStub Upstream { get; } = new();

    internal HttpClient Http { get; } = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    public async Task InitializeAsync()
    {
        await Upstream.StartAsync();
        foreach (var (name, secret) in Keys.Files)
            _folder.Write(name, secret);
        _gateway = await GatewayFixture.StartAsync(_folder.Write("gateway.json", JsonSerializer.Serialize(new { Gateway = Configuration() })));
        Http.BaseAddress = new Uri(_gateway.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    public void Dispose()
    {
        Http.Dispose();
        _folder.Dispose();
    }

    /// <summary>Sends a request with acme's key, unless another credential is among the headers.</summary>
    internal Task<HttpResponseMessage> SendAsync(string method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (!headers.Any(header => header.Name is "Authorization" or "api-key"))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private object Configuration() => new
    {
        Limits = new { FormBytes = 1_000_000 },
        Providers = new Dictionary<string, object>
        {
            ["openai"] = new { Kind = "OpenAI", BaseUrl = $"{Upstream.Url}/base/v1", ApiKey = "file:secrets/openai", Organization = "org-of-the-operator", Models = Model },
            ["azure"] = new { Kind = "AzureOpenAI", Endpoint = Upstream.Url, ApiKey = "file:secrets/azure", Deployments = new { d = "gpt-image-1" } },
            ["compatible"] = new { Kind = "OpenAICompatible", BaseUrl = $"{Upstream.Url}/other/v1", ApiKey = "file:secrets/dalle", Models = Model },
            ["down"] = new { Kind = "OpenAI", BaseUrl = "http://127.0.0.1:1/v1", ApiKey = "file:secrets/openai", Models = Model },
            ["impatient"] = new { Kind = "OpenAI", BaseUrl = $"{Upstream.Url}/v1", ApiKey = "file:secrets/openai", Models = Model, Timeout = "00:00:01" },
        },
        Tenants = new { acme = new { Keys = new[] { new { Name = "web", Secret = "file:secrets/acme", Project = "web" } } } },
        PassThrough = new object[]
        {
            new { Path = "/v1/files/{**rest}", Provider = "openai", Methods = new[] { "GET", "POST", "DELETE" } },
            new { Path = "/openai/deployments/{deployment}/chat/completions", Provider = "azure" },
            new { Path = "/v1/responses/{**rest}", Provider = "azure" },
            new { Path = "/v1/embeddings/{**rest}", Provider = "compatible" },
            new { Path = "/v1/batches", Provider = "down" },
            new { Path = "/v1/slow/{id}", Provider = "impatient" },
        },
    };
}
