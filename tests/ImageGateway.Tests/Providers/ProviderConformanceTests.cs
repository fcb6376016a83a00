using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Api;
using ImageGateway.Api.Reading;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.Tests.Providers;

/// <summary>What every provider must do, against the simulator over a socket. A provider's own test class derives from it.</summary>
public abstract class ProviderConformanceTests : IAsyncLifetime
{
    private static readonly byte[] Mask = Png(alpha: true);
    private static readonly byte[] Picture = Png(alpha: false);

    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private readonly BlockPool _pool = new();
    private readonly BufferBudget _budget = new(1 << 30);
    private IImageProvider _provider = null!;

    /// <summary>What the provider calls gpt-image-1.</summary>
    private protected abstract string Name { get; }

    /// <summary>The options of a provider that is the simulator.</summary>
    private protected abstract ProviderOptions Options { get; }

    private CallLog Log => _simulator.Services.GetRequiredService<CallLog>();

    public async Task InitializeAsync()
    {
        await _simulator.StartAsync();
        var mistakes = new Mistakes("Gateway:Providers:p");
        var settings = new ProviderSettings("p", Options, mistakes, new Secrets("", new Dictionary<string, string>()), TimeProvider.System)
        {
            Simulator = new Uri(_simulator.Urls.First()),
        };
        _provider = ImageGateway.Providers.ProviderKind.All[Options.Kind].Create(settings)!;
        Assert.Empty(mistakes.All);
    }

    public async Task DisposeAsync()
    {
        _provider.Dispose();
        await _simulator.DisposeAsync();
        _pool.Dispose();
    }

    [Fact]
    public async Task Generation_reaches_the_model_under_its_own_name_and_answers_in_OpenAIs_form()
    {
        using var response = await SendAsync(Operation.Generation, Json("""{"model":"final","prompt":"a fox","user":"u1"}"""));

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("iVBORw0KGgo", answer["data"]![0]!["b64_json"]!.GetValue<string>()[..11]);
        var call = Assert.Single(Log.Calls);
        Assert.Equal("gpt-image-1", call.Model);
        Assert.Equal((200, "a fox", "u1"), (call.Status, call.Fields["prompt"], call.Fields["user"]));
    }

    [Fact]
    public async Task Parameters_are_changed_removed_and_added_and_no_other()
    {
        using var response = await SendAsync(
            Operation.Generation, Json("""{ "prompt" : "ünï \"x\"", "size":"auto", "quality":"auto", "n" : 2, "model":"m" }"""),
            new ParameterEdit("size", null), new ParameterEdit("quality", "low"), new ParameterEdit("background", "opaque"));

        Assert.Equal(200, (int)response.StatusCode);
        var fields = Assert.Single(Log.Calls).Fields;
        Assert.Equal(("ünï \"x\"", "2", "low", "opaque"), (fields["prompt"], fields["n"], fields["quality"], fields["background"]));
        Assert.DoesNotContain("size", fields);
    }

    [Fact]
    public async Task Form_edit_keeps_every_file_and_field()
    {
        using var form = Form(("image[]", Picture), ("image[]", Mask), ("mask", Mask));
        using var response = await SendAsync(Operation.Edit, form);

        Assert.Equal(200, (int)response.StatusCode);
        AssertEdited();
    }

    [Fact]
    public async Task Json_edit_keeps_every_picture_and_field()
    {
        static string Url(byte[] png) => $$"""{"image_url":"data:image/png;base64,{{Convert.ToBase64String(png)}}"}""";
        using var response = await SendAsync(
            Operation.Edit, Json($$"""{"prompt":"add a hat","images":[{{Url(Picture)}},{{Url(Mask)}}],"mask":{{Url(Mask)}},"n":2}"""));

        Assert.Equal(200, (int)response.StatusCode);
        AssertEdited();
    }

    [Fact]
    public async Task Stream_answers_with_events()
    {
        using var response = await SendAsync(Operation.Generation, Json("""{"prompt":"a fox","stream":true,"partial_images":1}"""));

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("event: image_generation.completed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_the_providers_and_nothing_of_the_clients_passes_but_what_is_listed()
    {
        using var response = await SendAsync(Operation.Generation, Json("""{"prompt":"a fox"}"""));

        var call = Assert.Single(Log.Calls);
        Assert.Equal("simulated", call.Key);
        Assert.DoesNotContain("client-secret", string.Join(' ', call.Headers.Values), StringComparison.Ordinal);
        Assert.Equal("client/1", call.Headers["user-agent"]);
        Assert.DoesNotContain("cookie", call.Headers.Keys);
        Assert.True(call.Headers.Count <= 10);
    }

    [Fact]
    public async Task Provider_that_is_down_raises_a_request_exception()
    {
        await _simulator.StopAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(Operation.Generation, Json("""{"prompt":"a fox"}""")));
    }

    private void AssertEdited()
    {
        var call = Assert.Single(Log.Calls);
        Assert.Equal("gpt-image-1", call.Model);
        Assert.Equal(("add a hat", "2"), (call.Fields["prompt"], call.Fields["n"]));
        Assert.Equal([Hash(Picture), Hash(Mask), Hash(Mask)], call.Files.Select(file => file.Sha256));
        Assert.Equal("mask", call.Files[^1].Field);
    }

    private async Task<HttpResponseMessage> SendAsync(Operation operation, HttpContent content, params ParameterEdit[] edits)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = await content.ReadAsStreamAsync();
        http.Request.ContentType = content.Headers.ContentType!.ToString();
        http.Request.Headers.Authorization = "Bearer client-secret";
        http.Request.Headers["api-key"] = "client-secret";
        http.Request.Headers.Cookie = "a=client-secret";
        http.Request.Headers["OpenAI-Organization"] = "client-secret";
        http.Request.Headers["X-Gateway-Tags"] = "a=client-secret";
        http.Request.Headers.UserAgent = "client/1";
        using var fetcher = new ImageFetcher([]);
        var reader = new JobReader(new JsonReader(_pool, _budget, fetcher), new FormReader(_pool, _budget));
        using var job = await reader.ReadAsync(http, operation, null, new BodyLimits());
        http.Request.Headers["X-Gateway-Tier"] = "final";
        var model = Catalogue.Load(Path.Combine(AppContext.BaseDirectory, "config", "models.json"), new Mistakes("Catalogue"))!.Models["gpt-image-1"];
        var response = await _provider.SendAsync(new Attempt(job, model, Name, edits, http), CancellationToken.None);
        Assert.True(_budget.Held >= 0);
        return response;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static MultipartFormDataContent Form(params (string Name, byte[] Bytes)[] files)
    {
        var form = new MultipartFormDataContent { { new StringContent("add a hat"), "prompt" }, { new StringContent("2"), "n" } };
        foreach (var (name, bytes) in files)
            form.Add(new ByteArrayContent(bytes) { Headers = { ContentType = new("image/png") } }, name, "a.png");
        return form;
    }

    // Signature and IHDR of a 64 x 64 picture: all that is read of it.
    private static byte[] Png(bool alpha) =>
        [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R', 0, 0, 0, 64, 0, 0, 0, 64, 8, (byte)(alpha ? 6 : 2), 0, 0, 0, 1, 2, 3, 4];

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
}
