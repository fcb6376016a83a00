using System.Globalization;
using System.Text;
using System.Text.Json;
using ImageGateway.Images;
using ImageGateway.Streaming;

namespace ImageGateway.Caching;

/// <summary>
/// Everything in a response except its images, in either format. In its original format everything stays as it was; in the
/// other one, members that both formats have are carried over, with usage summed or divided.
/// </summary>
internal static class AnswerForms
{
    // Members that JSON has once and every event repeats.
    private static readonly string[] Shared = ["background", "output_format", "quality", "size"];

    /// <summary>The members of a JSON response except <c>data</c>.</summary>
    public static string TopMembers(StoredAnswer answer)
    {
        if (!answer.IsStream)
            return answer.Members;
        using var last = Parsed(answer.Pictures[^1].Members);
        var text = new StringBuilder();
        Append(text, "created", Raw(last, "created_at"));
        foreach (var name in Shared)
            Append(text, name, Raw(last, name));
        Append(text, "usage", answer.Pictures.Count == 1 ? Raw(last, "usage") : Sum(answer)?.ToJson());
        return text.ToString();
    }

    /// <summary>The members of an item of <c>data</c> except the image.</summary>
    public static string ItemMembers(StoredAnswer answer, int index)
    {
        if (!answer.IsStream)
            return answer.Pictures[index].Members;
        using var data = Parsed(answer.Pictures[index].Members);
        var text = new StringBuilder();
        Append(text, "revised_prompt", Raw(data, "revised_prompt"));
        return text.ToString();
    }

    /// <summary>The members of a completed event except its type and image.</summary>
    public static string EventMembers(StoredAnswer answer, int index)
    {
        if (answer.IsStream)
            return answer.Pictures[index].Members;
        using var top = Parsed(answer.Members);
        var text = new StringBuilder(answer.Pictures[index].Members);
        Append(text, "created_at", Raw(top, "created") ?? answer.StoredAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        foreach (var name in Shared)
            Append(text, name, Raw(top, name) ?? Known(answer, index, name));
        Append(text, "usage", answer.Pictures.Count == 1 ? Raw(top, "usage") : Usage(answer.Members)?.Share(index, answer.Pictures.Count).ToJson());
        return text.ToString();
    }

    // Events must say what some providers leave out of JSON: as it was asked for, else as the picture's file shows.
    private static string Known(StoredAnswer answer, int index, string name)
    {
        const string Auto = "auto";
        var (asked, file) = (name switch { "quality" => answer.Quality, "size" => answer.Size, _ => null }, answer.Pictures[index].Bytes);
        if (asked is null or Auto && name is "size" or "output_format" && ImageHeader.Read(file.Read) is { } header)
            asked = name == "size" ? $"{header.Width}x{header.Height}" : header.FormatName;
        return $"\"{JsonEncodedText.Encode(asked ?? Auto)}\"";
    }

    private static TokenUsage? Sum(StoredAnswer answer)
    {
        var sum = default(TokenUsage);
        foreach (var picture in answer.Pictures)
        {
            if (Usage(picture.Members) is not { } usage)
                return null;
            sum += usage;
        }
        return sum;
    }

    private static TokenUsage? Usage(string members)
    {
        var reader = new AnswerReader();
        reader.Write(Encoding.UTF8.GetBytes($"{{{members}}}"));
        reader.Complete();
        return reader.Usage;
    }

    private static JsonDocument Parsed(string members) => JsonDocument.Parse($"{{{members}}}");

    private static string? Raw(JsonDocument members, string name) => members.RootElement.TryGetProperty(name, out var value) ? value.GetRawText() : null;

    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
            text.Append(text.Length > 0 ? "," : "").Append('"').Append(name).Append("\":").Append(value);
    }
}
