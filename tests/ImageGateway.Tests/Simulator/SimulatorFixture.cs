using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.Tests.Simulator;

/// <summary>A simulator on a free port; every test has its own, so that logs and faults are its own too.</summary>
public abstract class SimulatorFixture : IAsyncLifetime
{
    private readonly WebApplication _app;

    protected SimulatorFixture()
        : this(new SimulatorOptions())
    {
    }

    protected SimulatorFixture(SimulatorOptions options)
    {
        options.Urls = "http://127.0.0.1:0";
        _app = SimulatorHost.Build(options);
    }

    // A response that is left unread is dropped at once, not drained for two seconds.
    protected HttpClient Client { get; } = new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero });

    protected CallLog Log => _app.Services.GetRequiredService<CallLog>();

    protected FaultRules Faults => _app.Services.GetRequiredService<FaultRules>();

    public async Task InitializeAsync()
    {
        await _app.StartAsync();
        Client.BaseAddress = new Uri(_app.Urls.Single());
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-test");
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    protected Task StopAsync() => _app.StopAsync();

    protected Task<HttpResponseMessage> PostAsync(string path, object body) =>
        SendAsync(path, Json(body));

    protected Task<HttpResponseMessage> SendAsync(string path, HttpContent content, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        return Client.SendAsync(request, completion);
    }

    protected static StringContent Json(object body) =>
        new(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    /// <summary>A generation by gpt-image-1 unless <paramref name="change"/> says otherwise.</summary>
    protected Task<HttpResponseMessage> GenerateAsync(Action<JsonObject>? change = null, string path = "/v1/images/generations")
    {
        var body = new JsonObject { ["model"] = "gpt-image-1", ["prompt"] = "a fox" };
        change?.Invoke(body);
        return SendAsync(path, Json(body.ToJsonString()));
    }

    protected static async Task<JsonNode> ReadAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    protected static async Task<DecodedPng> ReadPictureAsync(HttpResponseMessage response, int index = 0) =>
        DecodedPng.Read((await ReadAsync(response))["data"]![index]!["b64_json"]!.GetValue<string>());

    /// <summary>An edit's form; every file is a PNG.</summary>
    protected static MultipartFormDataContent Form(IEnumerable<(string Name, string Value)> fields, params (string Name, byte[] Png)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            form.Add(new StringContent(value), name);
        foreach (var (name, png) in files)
        {
            var part = new ByteArrayContent(png);
            part.Headers.ContentType = new MediaTypeHeaderValue("image/png");
            form.Add(part, name, name.Trim('[', ']') + ".png");
        }

        return form;
    }
}
