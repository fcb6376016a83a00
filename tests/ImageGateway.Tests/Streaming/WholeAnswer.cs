using System.Text;
using System.Text.Json;
using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Tests.Streaming;

/// <summary>What an answer says, read with the framework's parser from the whole text: the rules of the tap, written a second time.</summary>
internal sealed record WholeAnswer(TokenUsage? Usage, int Items, bool HasError, string? Type, string? Size, string? Quality, string? Background, string? OutputFormat)
{
    public static WholeAnswer Nothing { get; } = new(null, 0, false, null, null, null, null, null);

    public static WholeAnswer Read(string text)
    {
        using var document = TryParse(text);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root)
            return Nothing;
        var data = Last(root, "data");
        var error = Last(root, "error");
        return new WholeAnswer(
            UsageOf(Last(root, "usage")),
            data is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray().Count(item => HasText(item, "b64_json") || HasText(item, "url")) : 0,
            error is { ValueKind: not JsonValueKind.Null },
            Word(root, "type"), Word(root, "size"), Word(root, "quality"), Word(root, "background"), Word(root, "output_format"));
    }

    private static JsonDocument? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TokenUsage? UsageOf(JsonElement? usage)
    {
        var (input, output) = (Count(usage, "input_tokens"), Count(usage, "output_tokens"));
        if (input is null && output is null)
            return null;
        var (inDetails, outDetails) = (Last(usage, "input_tokens_details"), Last(usage, "output_tokens_details"));
        var imageIn = Some(Count(inDetails, "image_tokens"));
        var textIn = Math.Max(Some(Count(inDetails, "text_tokens")), Some(input) - imageIn);
        var textOut = Some(Count(outDetails, "text_tokens"));
        var imageOut = Math.Max(Some(Count(outDetails, "image_tokens")), Some(output) - textOut);
        var cached = Some(Count(inDetails, "cached_tokens"));
        var cachedText = Math.Min(cached, textIn);
        return new TokenUsage(textIn, imageIn, cachedText, Math.Min(cached - cachedText, imageIn), imageOut, textOut);
    }

    private static long Some(long? count) => count is > 0 ? count.Value : 0;

    private static long? Count(JsonElement? owner, string name) =>
        Last(owner, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var count) ? count : null;

    // A text that is too long to keep is as good as none.
    private static string? Word(JsonElement owner, string name) =>
        Last(owner, name) is { ValueKind: JsonValueKind.String } text && Encoding.UTF8.GetByteCount(text.GetRawText()) - 2 <= JsonScanner.MaxToken ? text.GetString() : null;

    private static bool HasText(JsonElement item, string name) => Last(item, name) is { ValueKind: JsonValueKind.String } text && text.GetRawText().Length > 2;

    private static JsonElement? Last(JsonElement? owner, string name)
    {
        JsonElement? last = null;
        if (owner is { ValueKind: JsonValueKind.Object } members)
        {
            foreach (var member in members.EnumerateObject())
            {
                if (member.NameEquals(name))
                    last = member.Value;
            }
        }
        return last;
    }
}
