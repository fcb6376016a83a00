using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>A gateway whose control plane a test uses; those that share a folder are replicas on one SQLite file.</summary>
internal sealed class AdminGateway : IAsyncDisposable
{
    private const string Configuration = """
        { "Gateway": {
          "AdminKeys": [ { "Secret": "file:secrets/admin" }, { "Secret": "file:secrets/limited", "Scope": "read" } ],
          "Providers": { "openai": { "Kind": "OpenAI", "Simulated": true, "Models": [ "gpt-image-1" ] } },
          "Tenants": { "fixed": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme", "Project": "site" } ] } }
        } }
        """;

    /// <summary>An admin key that only reads.</summary>
    public const string ReadKey = Keys.Limited;

    /// <summary>The key of the tenant that the configuration has.</summary>
    public const string FixedKey = Keys.Acme;

    private readonly WebApplication _app;
    private readonly TemporaryFolder? _own;

    private AdminGateway(WebApplication app, TemporaryFolder? own)
    {
        (_app, _own) = (app, own);
        Http.BaseAddress = new Uri(app.Urls.First());
    }

    public HttpClient Http { get; } = new();

    public IReadOnlyList<string> Urls => [.. _app.Urls];

    public IServiceProvider Services => _app.Services;

    public static Task<AdminGateway> StartAsync(params string[] switches) => StartAsync(null, null, switches);

    public static async Task<AdminGateway> StartAsync(TemporaryFolder? folder, TimeProvider? time, params string[] switches)
    {
        var own = folder is null ? new TemporaryFolder() : null;
        var at = (folder ?? own)!;
        foreach (var (name, secret) in Keys.Files)
            at.Write(name, secret);
        var app = await Program.BuildAsync(["--config", at.Write("gateway.json", Configuration), "--urls", "http://127.0.0.1:0", "--Serilog:MinimumLevel", "Verbose", "--Serilog:Format", "json", .. switches], time);
        await app.StartAsync();
        return new AdminGateway(app, own);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string key = Keys.Admin, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await Http.SendAsync(request);
    }

    /// <summary>What the control plane answers, which must be of this status.</summary>
    public async Task<JsonObject> JsonAsync(int status, HttpMethod method, string path, string? body = null, string key = Keys.Admin)
    {
        using var response = await SendAsync(method, path, body, key);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    public Task<JsonObject> GetAsync(string path) => JsonAsync(200, HttpMethod.Get, path);

    public Task<JsonObject> PostAsync(string path, string body, int status = 201) => JsonAsync(status, HttpMethod.Post, path, body);

    public Task<JsonObject> PatchAsync(string path, string body) => JsonAsync(200, HttpMethod.Patch, path, body);

    /// <summary>A refusal as ProblemDetails, which names every word.</summary>
    public async Task ProblemAsync(int status, string title, HttpMethod method, string path, string? body, params string[] words)
    {
        using var response = await SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(response.Header("x-request-id")!);
        var problem = JsonNode.Parse(text)!;
        Assert.Equal((status, title), ((int)problem["status"]!, (string?)problem["title"]));
        Assert.All(words, word => Assert.Contains(word, (string)problem["detail"]!, StringComparison.Ordinal));
    }

    /// <summary>A tenant with a key; returns the key's answer.</summary>
    public async Task<JsonObject> IssueAsync(string tenant = "acme", string key = """{"name":"web","project":"web"}""")
    {
        using var made = await SendAsync(HttpMethod.Post, "/admin/v1/tenants", $$"""{"id":"{{tenant}}"}""");
        return await PostAsync($"/admin/v1/tenants/{tenant}/keys", key);
    }

    /// <summary>The status of a request to the data plane.</summary>
    public async Task<int> CallAsync(string secret)
    {
        using var response = await SendAsync(HttpMethod.Get, "/v1/models", key: secret);
        return (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _own?.Dispose();
    }
}
