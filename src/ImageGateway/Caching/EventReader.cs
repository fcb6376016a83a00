using System.Buffers;
using System.Text;

namespace ImageGateway.Caching;

/// <summary>Reads the events of a recorded stream (HTML Living Standard §9.2).</summary>
internal static class EventReader
{
    /// <summary>The response; null when an event is an error.</summary>
    public static StoredAnswer? Read(AnswerCutter cut)
    {
        var (pictures, partials) = (new List<StoredPicture>(), new List<StoredPicture>());
        foreach (var (name, data) in Events(cut.Text))
        {
            var part = AnswerParser.ReadObject(data, cut);
            var type = part.Type ?? name ?? "";
            if (type == "error")
                return null;
            if (type.EndsWith(".completed", StringComparison.Ordinal))
                pictures.Add(new StoredPicture(part.Picture, part.Text));
            else if (type.EndsWith(".partial_image", StringComparison.Ordinal))
                partials.Add(new StoredPicture(part.Picture, part.Text, pictures.Count));
        }
        return new StoredAnswer { IsStream = true, Pictures = pictures, Partials = partials };
    }

    private static List<(string? Name, ReadOnlySequence<byte> Data)> Events(ReadOnlySequence<byte> body)
    {
        var events = new List<(string?, ReadOnlySequence<byte>)>();
        var reader = new SequenceReader<byte>(body);
        reader.IsNext("\uFEFF"u8, advancePast: true);
        string? name = null;
        ArrayBufferWriter<byte>? data = null;
        while (reader.TryReadToAny(out ReadOnlySequence<byte> line, "\r\n"u8, advancePastDelimiter: false))
        {
            reader.TryRead(out var end);
            if (end == '\r')
                reader.IsNext((byte)'\n', advancePast: true);
            if (line.IsEmpty)
            {
                if (data is { WrittenSpan: [(byte)'{', ..] })
                    events.Add((name, new ReadOnlySequence<byte>(data.WrittenMemory)));
                (name, data) = (null, null);
            }
            else if (Value(line, "data"u8) is { } value)
            {
                // JSON of more than one line is legal and never seen; the lines are joined.
                if (data is null)
                    data = new ArrayBufferWriter<byte>();
                else
                    data.Write("\n"u8);
                foreach (var piece in value)
                    data.Write(piece.Span);
            }
            else if (Value(line, "event"u8) is { } kind)
            {
                name = Encoding.UTF8.GetString(kind);
            }
        }
        return events;
    }

    // Null: the line has another field.
    private static ReadOnlySequence<byte>? Value(ReadOnlySequence<byte> line, ReadOnlySpan<byte> field)
    {
        var reader = new SequenceReader<byte>(line);
        if (!reader.IsNext(field, advancePast: true) || !reader.IsNext((byte)':', advancePast: true))
            return null;
        reader.IsNext((byte)' ', advancePast: true);
        return reader.UnreadSequence;
    }
}
