using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Writes a stored response in OpenAI's wire format, as one JSON body or as events, whichever it was originally. Images are
/// encoded straight into the pipe's memory.
/// </summary>
internal sealed class AnswerWriter
{
    // Text, or the image that follows the text before it.
    private readonly List<(byte[]? Text, ReadOnlySequence<byte> Picture)> _pieces = [];

    private AnswerWriter() { }

    /// <summary>Bytes of the body.</summary>
    public long Length { get; private set; }

    /// <summary>The response as one JSON body.</summary>
    public static AnswerWriter Json(StoredAnswer answer)
    {
        var (writer, top) = (new AnswerWriter(), AnswerForms.TopMembers(answer));
        writer.Add(top.Length > 0 ? $"{{{top},\"data\":[" : "{\"data\":[");
        for (var i = 0; i < answer.Pictures.Count; i++)
        {
            writer.Add(i == 0 ? "{" : ",{");
            writer.Add(answer.Pictures[i].Bytes.Sequence, AnswerForms.ItemMembers(answer, i));
            writer.Add("}");
        }
        writer.Add("]}");
        return writer;
    }

    /// <summary>The response as events: for each final image its partial images, if they were stored and requested, then the image itself.</summary>
    /// <param name="answer">The response.</param>
    /// <param name="operation">The prefix of the events' types.</param>
    /// <param name="partials">Most partial images per final one.</param>
    /// <param name="count">How many final images are written, starting with the first; null: all.</param>
    public static AnswerWriter Events(StoredAnswer answer, Operation operation, int partials, int? count = null)
    {
        var (writer, kind) = (new AnswerWriter(), operation == Operation.Edit ? "image_edit" : "image_generation");
        for (var i = 0; i < (count ?? answer.Pictures.Count); i++)
        {
            var left = partials;
            foreach (var partial in answer.Partials)
            {
                if (partial.Index == i && left-- > 0)
                    writer.AddEvent($"{kind}.partial_image", partial.Bytes.Sequence, partial.Members);
            }
            writer.AddEvent($"{kind}.completed", answer.Pictures[i].Bytes.Sequence, AnswerForms.EventMembers(answer, i));
        }
        return writer;
    }

    /// <summary>Writes it; false when the reader has disconnected.</summary>
    public async Task<bool> WriteAsync(PipeWriter pipe, CancellationToken cancellationToken)
    {
        foreach (var (text, picture) in _pieces)
        {
            if (text is not null)
                pipe.Write(text);
            else if (!await WriteAsync(picture, pipe, cancellationToken))
                return false;
        }
        return !(await pipe.FlushAsync(cancellationToken)).IsCompleted;
    }

    private static async Task<bool> WriteAsync(ReadOnlySequence<byte> picture, PipeWriter pipe, CancellationToken cancellationToken)
    {
        foreach (var piece in picture)
        {
            for (var at = 0; at < piece.Length;)
            {
                at += Encode(piece.Span[at..], pipe);
                if ((await pipe.FlushAsync(cancellationToken)).IsCompleted)
                    return false;
            }
        }
        return true;
    }

    // Encodes as much as fits the available memory; three bytes become four letters, and only the last group may be shorter.
    private static int Encode(ReadOnlySpan<byte> picture, PipeWriter pipe)
    {
        const int Least = 4096;
        var room = pipe.GetSpan(Least);
        var count = Math.Min(picture.Length, room.Length / 4 * 3);
        Base64.EncodeToUtf8(picture[..count], room, out _, out var written, isFinalBlock: count == picture.Length);
        pipe.Advance(written);
        return count;
    }

    private void AddEvent(string type, ReadOnlySequence<byte> picture, string members)
    {
        Add($"event: {type}\ndata: {{\"type\":\"{type}\",");
        Add(picture, members);
        Add("}\n\n");
    }

    private void Add(ReadOnlySequence<byte> picture, string members)
    {
        if (picture.IsEmpty)
        {
            Add(members);
            return;
        }
        Add("\"b64_json\":\"");
        _pieces.Add((null, picture));
        Length += (picture.Length + 2) / 3 * 4;
        Add(members.Length > 0 ? $"\",{members}" : "\"");
    }

    private void Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _pieces.Add((bytes, default));
        Length += bytes.Length;
    }
}
