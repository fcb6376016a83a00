using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Caching;

/// <summary>A whole answer.</summary>
internal sealed record Reply(int Status, string Cache, HttpResponseMessage Head, byte[] Body)
{
    public string Id => Head.Header("x-request-id")!;

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string? Code => (string?)Json["error"]!["code"];

    /// <summary>The final pictures, of either form.</summary>
    public IReadOnlyList<byte[]> Pictures => Head.Content.Headers.ContentType?.MediaType == "text/event-stream"
        ? [.. Events.Where(item => item.Type!.EndsWith(".completed", StringComparison.Ordinal)).Select(item => Convert.FromBase64String((string)item.Data["b64_json"]!))]
        : [.. Json["data"]!.AsArray().Select(item => Convert.FromBase64String((string)item!["b64_json"]!))];

    public IReadOnlyList<string> Hashes => [.. Pictures.Select(Answers.Sha256)];

    public IReadOnlyList<Event> Events => [.. SseParser.Create(new MemoryStream(Body)).Enumerate().Select(item => new Event(item.EventType, JsonNode.Parse(item.Data)!.AsObject()))];

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        return new Reply((int)response.StatusCode, response.Header("x-gateway-cache") ?? "", response, body);
    }
}
