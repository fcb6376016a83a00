using System.Text.Json;

namespace ImageGateway.Providers;

/// <summary>The <c>error</c> of a provider's response, as far as it could be read. All of its content comes from the provider.</summary>
internal sealed record UpstreamErrorBody(string? Message, string? Type, string? Param, string? Code, string? InnerCode, string? ModerationDetails)
{
    /// <summary>The result for a body without a readable error.</summary>
    public static readonly UpstreamErrorBody None = new(null, null, null, null, null, null);

    /// <summary>
    /// Reads <c>{"error":{…}}</c>, or the bare error, which some events and proxies send; Azure uses two spellings for the
    /// inner error, and writes some codes as numbers.
    /// </summary>
    public static UpstreamErrorBody Parse(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return None;
            if (!root.TryGetProperty("error", out var error))
                return Read(root) is { Type: "error" } bare ? bare with { Type = null } : Read(root);
            if (error.ValueKind == JsonValueKind.String)
                return None with { Message = error.GetString() };
            return error.ValueKind == JsonValueKind.Object ? Read(error) : None;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return None;
        }
    }

    private static UpstreamErrorBody Read(JsonElement error) => new(
        Text(error, "message"), Text(error, "type"), Text(error, "param"), Text(error, "code"),
        Inner(error, "inner_error") ?? Inner(error, "innererror"),
        error.TryGetProperty("moderation_details", out var details) && details.ValueKind == JsonValueKind.Object ? details.GetRawText() : null);

    private static string? Inner(JsonElement error, string name) =>
        error.TryGetProperty(name, out var inner) && inner.ValueKind == JsonValueKind.Object ? Text(inner, "code") : null;

    private static string? Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    } : null;
}
