using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Compatible;

/// <summary>xAI and Together by configuration alone: profiles, and a catalogue of the operator's.</summary>
public sealed class CompatibleProviderTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] GrokModels = ["grok-imagine-image"];
    private static readonly string[] FluxModels = ["black-forest-labs/FLUX.1-schnell"];
    private static readonly string[] Quality = ["quality"];
    private static readonly string[] Format = ["output_format"];

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _simulator = SimulatorHost.Build(new SimulatorOptions { Urls = "http://127.0.0.1:0" });
    private readonly HttpClient _http = new();
    private WebApplication? _gateway;

    private Call OnlyCall => Assert.Single(_simulator.Services.GetRequiredService<CallLog>().Calls);

    public async Task InitializeAsync()
    {
        await _simulator.StartAsync();
        foreach (var (name, secret) in Keys.Files)
            _folder.Write(name, secret);
        _folder.Write("own-models.json", """
            { "Version": "own", "Models": {
              "grok-imagine-image": { "Family": "grok", "OwnedBy": "xai", "Released": "2026-01-28", "Operations": [ "Generation", "Edit" ], "Sizes": { "List": [ "1024x1024", "1536x1024" ], "Auto": true },
                "Qualities": [ "low", "medium" ], "DefaultQuality": "medium", "MaxN": 10, "MaxPrompt": 8000, "MaxImages": 3, "ResponseFormats": [ "b64_json", "url" ], "Prices": [] },
              "black-forest-labs/FLUX.1-schnell": { "Family": "flux", "OwnedBy": "together", "Released": "2024-08-01", "Operations": [ "Generation" ], "Sizes": { "List": [ "1024x1024", "1792x1024" ] },
                "Qualities": [ "standard" ], "DefaultQuality": "standard", "MaxN": 4, "MaxPrompt": 4000, "ResponseFormats": [ "b64_json", "url" ], "Prices": [] } } }
            """);
        _gateway = await GatewayFixture.StartAsync(_folder.Write("gateway.json", JsonSerializer.Serialize(new { Gateway = Configuration() })));
        _http.BaseAddress = new Uri(_gateway.Urls.Single());
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme);
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task OpenAIs_generation_is_understood_by_xAI()
    {
        using var response = await PostAsync("""{"model":"grok-imagine-image","prompt":"a fox","size":"1536x1024","quality":"low","user":"u1","n":2}""");

        Assert.Equal(2, (await JsonAsync(response))["data"]!.AsArray().Count);
        Assert.Equal(["aspect_ratio", "model", "n", "prompt", "quality", "resolution", "response_format"], OnlyCall.Fields.Keys.Order());
        Assert.Equal(("3:2", "b64_json"), (OnlyCall.Fields["aspect_ratio"], OnlyCall.Fields["response_format"]));
        Assert.Equal("user=u1->", response.Header("x-gateway-adjusted"));
    }

    [Fact]
    public async Task Form_edit_reaches_xAI_as_json()
    {
        var picture = Pictures.Png(64, 64);
        using var form = Form.Edit("grok-imagine-image").File("image", picture);
        using var response = await _http.PostAsync("/v1/images/edits", form);

        Assert.NotEmpty((await JsonAsync(response)).Picture());
        Assert.Equal(("application/json", Answers.Sha256(picture)), (OnlyCall.ContentType, Assert.Single(OnlyCall.Files).Sha256));
    }

    [Fact]
    public async Task OpenAIs_generation_is_understood_by_Together()
    {
        using var response = await PostAsync("""{"model":"black-forest-labs/FLUX.1-schnell","prompt":"a fox","size":"1536x1024","seed":7,"style":"vivid","quality":"standard"}""");

        Assert.NotEmpty((await JsonAsync(response)).Picture());
        Assert.Equal(["height", "model", "prompt", "response_format", "seed", "width"], OnlyCall.Fields.Keys.Order());
        Assert.Equal("size=1536x1024->1792x1024,style=vivid->,quality=standard->", response.Header("x-gateway-adjusted"));
        Assert.Equal(("1792", "base64", "7"), (OnlyCall.Fields["width"], OnlyCall.Fields["response_format"], OnlyCall.Fields["seed"]));
    }

    [Fact]
    public async Task What_Together_cannot_do_is_refused_before_it_is_called()
    {
        using var form = Form.Edit(FluxModels[0]).File("image", Pictures.Png(64, 64));
        using var response = await _http.PostAsync("/v1/images/edits", form);

        await response.ErrorAsync(400, "invalid_value", "model");
        Assert.Empty(_simulator.Services.GetRequiredService<CallLog>().Calls);
    }

    [Theory]
    [InlineData("together/black-forest-labs/FLUX.1-schnell", 200)]
    [InlineData("together/black-forest-labs%2FFLUX.1-schnell", 200)]
    [InlineData("together%2Fblack-forest-labs/FLUX.1-schnell", 200)]
    [InlineData("together%2fblack-forest-labs%2FFLUX.1-schnell", 200)]
    [InlineData("together/FLUX.1-schnell", 404)]
    public async Task Target_with_slashes_in_its_name_is_drained_however_they_are_written(string name, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/v1/targets/{name}/drain") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Admin) } };
        using var response = await _http.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((status, status == 200 ? "drained" : "not_found"), ((int)response.StatusCode, (string?)(answer["state"] ?? answer["title"])));
    }

    private async Task<HttpResponseMessage> PostAsync(string body) =>
        await _http.PostAsync("/v1/images/generations", JsonContent.Create(JsonNode.Parse(body)));

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private object Configuration() => new
    {
        Catalogue = "own-models.json",
        Unpriced = "allow",
        AdminKeys = new[] { new { Secret = "file:secrets/admin" } },
        Providers = new
        {
            xai = new { Kind = "OpenAICompatible", BaseUrl = $"{_simulator.Urls.Single()}/profiles/xai/v1", ApiKey = "file:secrets/openai", Models = GrokModels, Profile = new { SizeAs = "aspect-ratio", Ratios = new Dictionary<string, string> { ["1024x1024"] = "1:1 1k", ["1536x1024"] = "3:2 1k" }, JsonEdits = true, Takes = Quality } },
            together = new { Kind = "OpenAICompatible", BaseUrl = $"{_simulator.Urls.Single()}/profiles/together/v1", ApiKey = "file:secrets/dalle", Models = FluxModels, Profile = new { SizeAs = "width-height", Base64Format = "base64", Takes = Format } },
        },
        Tenants = new { acme = new { Keys = new[] { new { Name = "web", Secret = "file:secrets/acme", Project = "web" } } } },
    };
}
