using System.Security.Cryptography;
using System.Text.Json;

namespace ImageGateway.Chaos.Clients;

/// <summary>Reads answers to their end and takes their pictures apart.</summary>
internal static class Answers
{
    /// <summary>What a JSON answer holds.</summary>
    public static Reply OfJson(Reply reply, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return With(reply, [.. json.RootElement.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("b64_json").GetBytesFromBase64())]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return reply with { End = ReplyEnd.Whole, Defect = $"not an answer: {e.Message}" };
        }
    }

    /// <summary>What a stream's events hold; one that ends with neither its pictures nor an error is not whole and looks so.</summary>
    public static Reply OfEvents(Reply reply, string text)
    {
        var pictures = new List<byte[]>();
        foreach (var line in text.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)))
        {
            using var json = JsonDocument.Parse(line.AsMemory("data: ".Length));
            var (root, type) = (json.RootElement, json.RootElement.GetProperty("type").GetString()!);
            if (type == "error")
                return WithError(reply, root) with { End = ReplyEnd.Broken };
            if (type.EndsWith(".completed", StringComparison.Ordinal))
                pictures.Add(root.GetProperty("b64_json").GetBytesFromBase64());
        }
        return With(reply, pictures);
    }

    /// <summary>What an error says.</summary>
    public static Reply OfError(Reply reply, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return WithError(reply, json.RootElement) with { End = ReplyEnd.Refused };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return reply with { End = ReplyEnd.Refused, Defect = $"an error without its envelope: {e.Message}" };
        }
    }

    private static Reply WithError(Reply reply, JsonElement root)
    {
        var error = root.GetProperty("error");
        return reply with { Code = error.GetProperty("code").GetString(), Message = error.GetProperty("message").GetString() };
    }

    private static Reply With(Reply reply, List<byte[]> pictures) => reply with
    {
        End = ReplyEnd.Whole,
        Pictures = [.. pictures.Select(picture => Convert.ToHexStringLower(SHA256.HashData(picture)))],
        Defect = pictures.Count == reply.Ask.Count ? null : $"{pictures.Count} pictures instead of {reply.Ask.Count}",
    };
}
