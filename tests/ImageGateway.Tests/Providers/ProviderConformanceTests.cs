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
    private protected static readonly byte[] Picture = Png(alpha: false);

    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private readonly BlockPool _pool = new();
    private readonly BufferBudget _budget = new(1 << 30);
    private IImageProvider _provider = null!;

    /// <summary>What the provider calls the model.</summary>
    private protected abstract string Name { get; }

    /// <summary>The options of a provider that is the simulator.</summary>
    private protected abstract ProviderOptions Options { get; }

    /// <summary>The model of the catalogue it is asked for.</summary>
    private protected virtual string ModelName => "gpt-image-1";

    /// <summary>The catalogue that describes it.</summary>
    private protected virtual string CatalogueFile => Path.Combine(AppContext.BaseDirectory, "config", "models.json");

    /// <summary>The path at the simulator; null: the provider's own choice.</summary>
    private protected virtual string? SimulatorPath => null;

    /// <summary>What the planner adds to every job of the model.</summary>
    private protected virtual ParameterChange[] Planned => [];

    /// <summary>Parameters that reach the provider under the words the planner chose.</summary>
    private protected virtual (string Name, string Value)[] Taken => [("quality", "low"), ("background", "opaque")];

    /// <summary>True when a user's id is among what it takes; otherwise it must not be sent.</summary>
    private protected virtual bool TakesUser => true;

    /// <summary>Why it makes no edits; null when it does. The catalogue must then rule them out.</summary>
    private protected virtual string? WhyNoEdits => null;

    /// <summary>Why its edits have no masks.</summary>
    private protected virtual string? WhyNoMasks => null;

    /// <summary>Why it does not stream.</summary>
    private protected virtual string? WhyNoStreams => null;

    private protected Call OnlyCall => Assert.Single(Log.Calls);

    private Model Model => Catalogue.Load(CatalogueFile, new Mistakes("Catalogue"))!.Models[ModelName];

    private CallLog Log => _simulator.Services.GetRequiredService<CallLog>();

    public async Task InitializeAsync()
    {
        await _simulator.StartAsync();
        var mistakes = new Mistakes("Gateway:Providers:p");
        if (SimulatorPath is { } path)
            Options.BaseUrl = $"{_simulator.Urls.First()}/accounts/p/{path}";
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
        Assert.Equal(ModelName, OnlyCall.Model);
        Assert.Equal((200, "a fox", TakesUser ? "u1" : null), (OnlyCall.Status, OnlyCall.Fields["prompt"], OnlyCall.Fields.GetValueOrDefault("user")));
    }

    [Fact]
    public async Task Parameters_are_changed_removed_and_added_and_no_other()
    {
        using var response = await SendAsync(
            Operation.Generation, Json("""{ "prompt" : "ünï \"x\"", "size":"auto", "quality":"auto", "n" : 2, "model":"m" }"""),
            [new ParameterChange("size", null), .. Taken.Select(taken => new ParameterChange(taken.Name, taken.Value))]);

        Assert.Equal(200, (int)response.StatusCode);
        var fields = OnlyCall.Fields;
        Assert.Equal(("ünï \"x\"", "2"), (fields["prompt"], fields["n"]));
        Assert.All(Taken, taken => Assert.Equal(taken.Value, fields[taken.Name]));
        Assert.DoesNotContain("size", fields);
    }

    [Fact]
    public async Task Form_edit_keeps_every_file_and_field()
    {
        if (IsRuledOut(WhyNoEdits, Model.Operations.Contains(Operation.Edit)))
            return;
        (string, byte[])[] mask = IsRuledOut(WhyNoMasks, Model.Mask) ? [] : [("mask", Mask)];
        using var form = Form([("image[]", Picture), ("image[]", Mask), .. mask]);
        using var response = await SendAsync(Operation.Edit, form);

        Assert.Equal(200, (int)response.StatusCode);
        AssertEdited();
    }

    [Fact]
    public async Task Json_edit_keeps_every_picture_and_field()
    {
        static string Url(byte[] png) => $$"""{"image_url":"data:image/png;base64,{{Convert.ToBase64String(png)}}"}""";
        if (IsRuledOut(WhyNoEdits, Model.Operations.Contains(Operation.Edit)))
            return;
        var mask = IsRuledOut(WhyNoMasks, Model.Mask) ? "" : $$""" "mask":{{Url(Mask)}},""";
        using var response = await SendAsync(
            Operation.Edit, Json($$"""{"prompt":"add a hat","images":[{{Url(Picture)}},{{Url(Mask)}}],{{mask}}"n":2}"""));

        Assert.Equal(200, (int)response.StatusCode);
        AssertEdited();
    }

    [Fact]
    public async Task Stream_answers_with_events()
    {
        if (IsRuledOut(WhyNoStreams, Model.Stream))
            return;
        using var response = await SendAsync(Operation.Generation, Json("""{"prompt":"a fox","stream":true,"partial_images":1}"""));

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("event: image_generation.completed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_the_providers_and_nothing_of_the_clients_passes_but_what_is_listed()
    {
        using var response = await SendAsync(Operation.Generation, Json("""{"prompt":"a fox"}"""));

        var call = OnlyCall;
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

    // What a provider cannot do must never get to it: then the catalogue is what is tested.
    private static bool IsRuledOut(string? reason, bool can)
    {
        Assert.Equal(reason is null, can);
        return !can;
    }

    private void AssertEdited()
    {
        var call = OnlyCall;
        Assert.Equal(ModelName, call.Model);
        Assert.Equal(("add a hat", "2"), (call.Fields["prompt"], call.Fields["n"]));
        Assert.Equal(Model.Mask ? [Hash(Picture), Hash(Mask), Hash(Mask)] : [Hash(Picture), Hash(Mask)], call.Files.Select(file => file.Sha256));
        Assert.Equal(Model.Mask, call.Files[^1].Field == "mask");
    }

    private protected async Task<HttpResponseMessage> SendAsync(Operation operation, HttpContent content, params ParameterChange[] edits)
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
        using var client = new PublicClient(TimeProvider.System);
        var reader = JobReaders.Of(_pool, _budget, client);
        using var job = await reader.ReadAsync(http, operation, null, new BodyLimits());
        http.Request.Headers["X-Gateway-Tier"] = "final";
        var response = await _provider.SendAsync(new Attempt(job, Model, Name, [.. Planned.Where(planned => !edits.Any(edit => edit.Name == planned.Name)), .. edits], http), CancellationToken.None);
        Assert.True(_budget.Held >= 0);
        return response;
    }

    private protected static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private protected static MultipartFormDataContent Form(params (string Name, byte[] Bytes)[] files)
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
