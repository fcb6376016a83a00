using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;

namespace ImageGateway.SystemTests.Running;

/// <summary>A test of the shared gateway; it starts with an empty call log and no faults.</summary>
[Collection(GatewayCollection.Name)]
public abstract class GatewayTest
{
    protected const string Generations = "/v1/images/generations";
    protected const string Edits = "/v1/images/edits";

    protected GatewayTest(GatewayFixture gateway)
    {
        Gateway = gateway;
        gateway.Faults.Clear();
        gateway.Enable();
        gateway.Log.Clear();
    }

    protected GatewayFixture Gateway { get; }

    private protected CallLog Log => Gateway.Log;

    private protected Call OnlyCall => Assert.Single(Log.Calls);

    private protected void Break(Fault fault, int? times = null) => Gateway.Faults.Add(new FaultRule { Fault = fault, Times = times });

    /// <summary>A generation at openai/gpt-image-1, in low quality so that it is cheap to draw, unless <paramref name="change"/> says otherwise.</summary>
    protected Task<HttpResponseMessage> GenerateAsync(Action<JsonObject>? change = null, string path = Generations) => PostAsync(path, Json(Job(change)));

    protected static JsonObject Job(Action<JsonObject>? change = null)
    {
        var body = new JsonObject { ["model"] = "openai/gpt-image-1", ["prompt"] = "a fox" };
        change?.Invoke(body);
        return body;
    }

    protected Task<HttpResponseMessage> PostAsync(string path, HttpContent content, params (string Name, string Value)[] headers) =>
        SendAsync(Request(HttpMethod.Post, path, content, headers));

    protected Task<HttpResponseMessage> GetAsync(string path, string key = Keys.Acme) => SendAsync(Request(HttpMethod.Get, path, null, [("Authorization", $"Bearer {key}")]));

    protected Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead, CancellationToken cancellationToken = default) =>
        Gateway.Http.SendAsync(request, completion, cancellationToken);

    /// <summary>A request with acme's key, unless a credential is among the headers; an empty one sends none.</summary>
    protected static HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers.Where(header => header.Value.Length > 0))
            request.Headers.TryAddWithoutValidation(name, value);
        if (!headers.Any(header => header.Name is "Authorization" or "api-key"))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme);
        return request;
    }

    protected static StringContent Json(JsonNode body) => Json(body.ToJsonString());

    protected static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
