using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Hostile;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Compatible;

/// <summary>A provider that knows one form of answer, whatever it is asked for.</summary>
public sealed class OtherFormTests : IAsyncLifetime
{
    private const string Streaming = """{"model":"gpt-image-1","prompt":"a fox","quality":"low","stream":true,"partial_images":1}""";
    private const string Plain = """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""";

    private readonly string _picture = Convert.ToBase64String(Pictures.Png(64, 32));
    private readonly WireProvider _provider = new(_ => []);
    private OwnGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await OwnGateway.StartAsync(
        $$"""  "Providers": { "other": { "Kind": "OpenAICompatible", "BaseUrl": "{{_provider.Url}}/v1", "ApiKey": "file:secrets/openai", "Models": [ "gpt-image-1" ] } }  """, tenant: """  , "Cache": { "Ttl": "00:10:00" }  """);

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Json_for_a_stream_becomes_one_and_is_kept()
    {
        _provider.Answer = request => HostileGateway.Answer(request, Encoding.UTF8.GetBytes($$"""{"created":1760000000,"data":[{"b64_json":"{{_picture}}"}]}"""));

        using var first = await _gateway.GenerateAsync(Streaming);
        var completed = await EventAsync(first);
        using var again = await _gateway.GenerateAsync(Streaming);
        using var plain = await _gateway.GenerateAsync(Plain);

        Assert.Equal(("miss", "image_generation.completed", _picture), (first.Header("x-gateway-cache"), (string?)completed["type"], (string?)completed["b64_json"]));
        Assert.Equal(("64x32", "low", "auto", "png", 1760000000), ((string?)completed["size"], (string?)completed["quality"], (string?)completed["background"], (string?)completed["output_format"], (int)completed["created_at"]!));
        Assert.Equal(("hit", completed.ToJsonString()), (again.Header("x-gateway-cache"), (await EventAsync(again)).ToJsonString()));
        Assert.Equal(("hit", "application/json"), (plain.Header("x-gateway-cache"), plain.Content.Headers.ContentType?.MediaType));
        Assert.Single(_provider.Arrivals);
    }

    [Fact]
    public async Task Json_for_a_stream_that_breaks_off_is_an_error()
    {
        _provider.Answer = request => HostileGateway.Answer(request, Encoding.UTF8.GetBytes($$"""{"created":1760000000,"data":[{"b64_json":"{{_picture}}"}]}"""))[..^10];

        using var answer = await _gateway.GenerateAsync(Streaming);

        Assert.Equal((502, "upstream_error"), ((int)answer.StatusCode, (string?)(await answer.JsonAsync())["error"]!["code"]));
    }

    [Fact]
    public async Task Stream_for_json_is_kept_and_given_again_as_was_asked()
    {
        _provider.Answer = request => HostileGateway.Answer(request, Encoding.UTF8.GetBytes($"event: image_generation.completed\ndata: {{\"type\":\"image_generation.completed\",\"b64_json\":\"{_picture}\"}}\n\n"));

        using var first = await _gateway.GenerateAsync(Plain);
        Assert.Contains(_picture, await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var again = await _gateway.GenerateAsync(Plain);

        Assert.Equal(("hit", _picture), (again.Header("x-gateway-cache"), (string?)(await again.JsonAsync())["data"]![0]!["b64_json"]));
        Assert.Single(_provider.Arrivals);
    }

    private static async Task<JsonNode> EventAsync(HttpResponseMessage response)
    {
        Assert.Equal((200, "text/event-stream"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        return JsonNode.Parse(Assert.Single(lines, line => line.StartsWith("data: ", StringComparison.Ordinal))[6..])!;
    }
}
