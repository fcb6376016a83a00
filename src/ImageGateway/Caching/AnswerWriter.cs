using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>Writes a stored answer in OpenAI's wire form, as one JSON body or as events, whichever way it came. Pictures are encoded straight into the pipe's memory.</summary>
internal sealed class AnswerWriter
{
    // Text, or the picture that stands behind the text before it.
    private readonly List<(byte[]? Text, ReadOnlySequence<byte> Picture)> _pieces = [];

    private AnswerWriter() { }

    /// <summary>Bytes of the body.</summary>
    public long Length { get; private set; }

    /// <summary>The answer as one JSON body.</summary>
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

    /// <summary>The answer as events: of each final picture its partial ones, when they were stored and are asked for, then itself.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="operation">What the events' types begin with.</param>
    /// <param name="partials">Most partial pictures of each final one.</param>
    /// <param name="count">How many final pictures are written, from the first on; null: all.</param>
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

    /// <summary>Writes it; false when the reader has gone.</summary>
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

    // As much as the memory at hand takes; three bytes are four letters, and only the very last are fewer.
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
