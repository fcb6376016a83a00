using System.Text.Json;

namespace ImageGateway.Simulator.Requests;

/// <summary>The images of a JSON edit: <c>images[]</c> and <c>mask</c>, each an <c>image_url</c> or a <c>file_id</c>.</summary>
internal static class JsonImages
{
    public static List<InputFile> Read(Dictionary<string, JsonElement> members)
    {
        var files = new List<InputFile>();
        if (members.TryGetValue("images", out var images) && images.ValueKind == JsonValueKind.Array)
        {
            foreach (var image in images.EnumerateArray())
                files.Add(Read(image, $"images[{files.Count}]"));
        }

        if (members.TryGetValue("mask", out var mask) && mask.ValueKind == JsonValueKind.Object)
            files.Add(Read(mask, "mask"));
        return files;
    }

    /// <summary>A value for the log: its text, with every data URL replaced by its digest.</summary>
    public static string ToLogText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Nested))}]",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(member => $"\"{member.Name}\":{Nested(member.Value)}"))}}}",
        JsonValueKind.String => Shorten(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string Nested(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? JsonSerializer.Serialize(Shorten(value.GetString()!), SimulatorJson.Default.String)
            : ToLogText(value);

    private static string Shorten(string text) =>
        TryDecode(text, out var type, out var bytes) ? $"data:{type};sha256={InputFile.From("", null, null, bytes).Sha256}" : text;

    /// <summary>An image from its data URL; anything else is a reference.</summary>
    public static InputFile FromDataUrl(string url, string field)
    {
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return InputFile.Reference(field, url);
        return TryDecode(url, out var type, out var bytes)
            ? InputFile.From(field, null, type, bytes)
            : throw ProviderErrors.Invalid(field, $"Invalid value for '{field}': the data URL is not valid base64.");
    }

    private static InputFile Read(JsonElement image, string field)
    {
        var (url, id) = (Member(image, "image_url"), Member(image, "file_id"));
        if (url is null == id is null)
            throw ProviderErrors.Invalid(field, $"Invalid value for '{field}': provide exactly one of 'image_url' and 'file_id'.");
        return FromDataUrl(url ?? id!, field);
    }

    private static string? Member(JsonElement image, string name) =>
        image.ValueKind == JsonValueKind.Object && image.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static bool TryDecode(string url, out string type, out byte[] bytes)
    {
        (type, bytes) = ("", []);
        var comma = url.IndexOf(";base64,", StringComparison.OrdinalIgnoreCase);
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || comma < 0)
            return false;
        var buffer = new byte[url.Length];
        if (!Convert.TryFromBase64Chars(url.AsSpan(comma + ";base64,".Length), buffer, out var written))
            return false;
        (type, bytes) = (url["data:".Length..comma], buffer[..written]);
        return true;
    }
}
