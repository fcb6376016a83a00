using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>A picture of a JSON edit: a URL, or (null) a provider's file id.</summary>
internal readonly record struct ImageReference(string? Url);

/// <summary><c>images</c> and <c>mask</c> of a JSON edit: <c>{"image_url": …}</c> or <c>{"file_id": …}</c> each.</summary>
internal sealed record ImageReferences(IReadOnlyList<ImageReference> Images, ImageReference? Mask)
{
    public static ImageReferences Read(JsonBody body, JsonParameters source)
    {
        if (source.Find("images") is not { } images)
            throw Parameters.Missing("images");
        var list = Parse(body, images);
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            throw new GatewayException(ErrorKind.InvalidValue, "Invalid value for 'images'. Allowed: an array of 1 to 16 objects with 'image_url' or 'file_id'.", "images");
        InputImages.CheckCount(list.GetArrayLength(), "images");
        return new ImageReferences(
            [.. list.EnumerateArray().Select((item, i) => One(item, $"images[{i}]"))],
            source.Find("mask") is { } mask ? One(Parse(body, mask), "mask") : null);
    }

    private static JsonElement Parse(JsonBody body, JsonMember member) => JsonSerializer.Deserialize<JsonElement>(body.Value(member));

    private static ImageReference One(JsonElement item, string param)
    {
        var url = Text(item, "image_url");
        var file = Text(item, "file_id");
        if (url is null == file is null)
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}'. Allowed: an object with exactly one of 'image_url' and 'file_id', each a string.", param);
        return new ImageReference(url);
    }

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
