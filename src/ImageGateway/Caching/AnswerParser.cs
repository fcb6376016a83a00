using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ImageGateway.Caching;

/// <summary>Makes a stored answer out of the bytes of a complete one.</summary>
internal static class AnswerParser
{
    // What is said of pictures; more of it is nothing a provider of pictures says.
    private const int MostMembers = 256 * 1024;

    /// <summary>The answer; null when it is none that can be given again: broken, with an error among its events, or without a picture.</summary>
    public static StoredAnswer? Parse(ReadOnlySequence<byte> body, bool isStream)
    {
        try
        {
            var answer = isStream ? EventReader.Read(body) : Whole(body);
            return answer is { Pictures.Count: > 0 } ? answer : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>An object: its picture apart, everything else as it stands.</summary>
    public static Part ReadObject(ReadOnlySequence<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var part = ReadObject(ref reader, json, isTop: true);
        while (reader.Read()) { }
        return part;
    }

    private static StoredAnswer Whole(ReadOnlySequence<byte> body)
    {
        var top = ReadObject(body);
        return new StoredAnswer { IsStream = false, Members = top.Text, Pictures = [.. top.Items.Select(item => new StoredPicture(item.Picture, item.Text))] };
    }

    private static Part ReadObject(ref Utf8JsonReader reader, ReadOnlySequence<byte> json, bool isTop)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("no object");
        var part = new Part();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (start, isPicture, isData, isType) = (reader.TokenStartIndex, reader.ValueTextEquals("b64_json"u8), isTop && reader.ValueTextEquals("data"u8), isTop && reader.ValueTextEquals("type"u8));
            reader.Read();
            if (isPicture && reader.TokenType == JsonTokenType.String)
                part.Picture = Decode(ref reader);
            else if (isData && reader.TokenType == JsonTokenType.StartArray)
                ReadItems(ref reader, json, part);
            else if (isType && reader.TokenType == JsonTokenType.String)
                part.Type = reader.GetString();
            else
                Keep(ref reader, json, start, part);
        }
        return part;
    }

    private static void ReadItems(ref Utf8JsonReader reader, ReadOnlySequence<byte> json, Part part)
    {
        part.Items.Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            part.Items.Add(ReadObject(ref reader, json, isTop: false));
    }

    private static void Keep(ref Utf8JsonReader reader, ReadOnlySequence<byte> json, long start, Part part)
    {
        reader.Skip();
        if (reader.BytesConsumed - start > MostMembers - part.Members.Length)
            throw new FormatException("too much");
        part.Members.Append(part.Members.Length > 0 ? "," : "").Append(Encoding.UTF8.GetString(json.Slice(start, reader.BytesConsumed - start)));
    }

    private static byte[] Decode(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
            return reader.GetBytesFromBase64();
        var text = reader.HasValueSequence ? reader.ValueSequence : new ReadOnlySequence<byte>(reader.ValueSpan.ToArray());
        return Base64Text.Decode(text);
    }

    /// <summary>An object of an answer: the answer, an item of it, or an event's data.</summary>
    internal sealed class Part
    {
        public byte[] Picture { get; set; } = [];

        public string? Type { get; set; }

        public StringBuilder Members { get; } = new();

        public List<Part> Items { get; } = [];

        public string Text => Members.ToString();
    }
}

/// <summary>Decodes base64 that lies in pieces.</summary>
internal static class Base64Text
{
    /// <exception cref="FormatException">It is no base64 as encoders write it.</exception>
    public static byte[] Decode(ReadOnlySequence<byte> text)
    {
        if (text.IsEmpty || text.Length % 4 != 0)
            throw new FormatException("no base64");
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)(text.Length / 4 * 3)) - Padding(text));
        Span<byte> four = stackalloc byte[4];
        var (at, left) = (0, 0);
        foreach (var piece in text)
        {
            var rest = piece.Span;
            if (left > 0)
            {
                var missing = Math.Min(4 - left, rest.Length);
                rest[..missing].CopyTo(four[left..]);
                left += missing;
                rest = rest[missing..];
                if (left < 4)
                    continue;
                at += Decoded(four, bytes.AsSpan(at));
            }
            left = rest.Length % 4;
            rest[^left..].CopyTo(four);
            at += Decoded(rest[..^left], bytes.AsSpan(at));
        }
        return at == bytes.Length ? bytes : throw new FormatException("no base64");
    }

    private static int Decoded(ReadOnlySpan<byte> text, Span<byte> bytes) =>
        text.IsEmpty ? 0 : Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done ? written : throw new FormatException("no base64");

    private static int Padding(ReadOnlySequence<byte> text)
    {
        Span<byte> end = stackalloc byte[2];
        text.Slice(text.Length - 2).CopyTo(end);
        return end[1] != '=' ? 0 : end[0] != '=' ? 1 : 2;
    }
}
