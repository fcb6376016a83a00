using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ImageGateway.Caching;

/// <summary>Builds a stored response from the pieces of a complete one.</summary>
internal static class AnswerParser
{
    /// <summary>The response; null if it cannot be replayed: malformed, with an error among its events, or without an image.</summary>
    public static StoredAnswer? Parse(AnswerCutter cut)
    {
        try
        {
            var answer = IsObject(cut.Text) ? Whole(cut) : EventReader.Read(cut);
            return answer is { Pictures.Count: > 0 } ? answer : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Reads an object: its image separately, everything else unchanged.</summary>
    public static Part ReadObject(ReadOnlySequence<byte> json, AnswerCutter cut)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var part = ReadObject(ref reader, json, cut, isTop: true);
        while (reader.Read()) { }
        return part;
    }

    // Which form it has was the provider's to say: not all know streams, whatever they are asked for. No line of a stream begins so.
    private static bool IsObject(ReadOnlySequence<byte> text)
    {
        var reader = new SequenceReader<byte>(text);
        reader.AdvancePastAny(" \t\r\n"u8);
        return reader.IsNext((byte)'{');
    }

    private static StoredAnswer Whole(AnswerCutter cut)
    {
        var top = ReadObject(cut.Text, cut);
        return new StoredAnswer { IsStream = false, Members = top.Text, Pictures = [.. top.Items.Select(item => new StoredPicture(item.Picture, item.Text))] };
    }

    private static Part ReadObject(ref Utf8JsonReader reader, ReadOnlySequence<byte> json, AnswerCutter cut, bool isTop)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("no object");
        var part = new Part();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Throws for a name with half a surrogate pair, which could not be written again.
            if (reader.ValueIsEscaped)
                reader.GetString();
            var (start, isPicture, isData, isType) = (reader.TokenStartIndex, reader.ValueTextEquals("b64_json"u8), isTop && reader.ValueTextEquals("data"u8), isTop && reader.ValueTextEquals("type"u8));
            reader.Read();
            if (isPicture && reader.TokenType == JsonTokenType.String)
                part.Picture = Cut(cut, reader.GetString());
            else if (isData && reader.TokenType == JsonTokenType.StartArray)
                ReadItems(ref reader, json, cut, part);
            else if (isType && reader.TokenType == JsonTokenType.String)
                part.Type = reader.GetString();
            else
                Keep(ref reader, json, start, part);
        }
        return part;
    }

    // The cutter does not recognise a name written with escapes, so its value is not a number.
    private static PictureBytes Cut(AnswerCutter cut, string? number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < cut.Pictures.Count ? cut.Pictures[index] : throw new FormatException("no image");

    private static void ReadItems(ref Utf8JsonReader reader, ReadOnlySequence<byte> json, AnswerCutter cut, Part part)
    {
        part.Items.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            part.Items.Add(ReadObject(ref reader, json, cut, isTop: false));
    }

    private static void Keep(ref Utf8JsonReader reader, ReadOnlySequence<byte> json, long start, Part part)
    {
        reader.Skip();
        part.Members.Append(part.Members.Length > 0 ? "," : "").Append(Encoding.UTF8.GetString(json.Slice(start, reader.BytesConsumed - start)));
    }

    /// <summary>An object of a response: the response itself, one of its items, or an event's data.</summary>
    internal sealed class Part
    {
        public PictureBytes Picture { get; set; } = PictureBytes.None;

        public string? Type { get; set; }

        public StringBuilder Members { get; } = new();

        public List<Part> Items { get; } = [];

        public string Text => Members.ToString();
    }
}
