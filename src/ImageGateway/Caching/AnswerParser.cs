using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ImageGateway.Caching;

/// <summary>Makes a stored answer out of the pieces of a complete one.</summary>
internal static class AnswerParser
{
    /// <summary>The answer; null when it is none that can be given again: broken, with an error among its events, or without a picture.</summary>
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

    /// <summary>An object: its picture apart, everything else as it stands.</summary>
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
            // A name with half a character, which whoever writes the answer again would stumble over, throws here.
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

    // A name that was written with escapes was not seen when the pictures were cut out, and its value is no number.
    private static PictureBytes Cut(AnswerCutter cut, string? number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < cut.Pictures.Count ? cut.Pictures[index] : throw new FormatException("no picture");

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

    /// <summary>An object of an answer: the answer, an item of it, or an event's data.</summary>
    internal sealed class Part
    {
        public PictureBytes Picture { get; set; } = PictureBytes.None;

        public string? Type { get; set; }

        public StringBuilder Members { get; } = new();

        public List<Part> Items { get; } = [];

        public string Text => Members.ToString();
    }
}
