using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Providers.Bodies;

/// <summary>A JSON body with some top-level members changed, removed or added; all other bytes are the client's, unparsed.</summary>
internal sealed class SplicedJsonContent : HttpContent
{
    private static readonly byte[] Comma = [(byte)','];
    private static readonly byte[] Open = [(byte)'{'];
    private static readonly byte[] Close = [(byte)'}'];

    private readonly JsonBody? _body;
    private readonly JsonPictures? _pictures;
    private readonly Action? _sent;
    private readonly List<ReadOnlyMemory<byte>> _pieces = new(8) { Open };

    /// <summary>The body with the edits applied.</summary>
    /// <param name="body">The client's body; null: only the edits are written.</param>
    /// <param name="edits">The changes.</param>
    /// <param name="pictures">More members, written last.</param>
    /// <param name="sent">Called when everything has been written.</param>
    public SplicedJsonContent(JsonBody? body, ReadOnlySpan<ParameterChange> edits, JsonPictures? pictures = null, Action? sent = null)
    {
        (_body, _pictures, _sent) = (body, pictures, sent);
        if (body is not null)
            Keep(body, edits);
        foreach (var edit in edits)
        {
            if (edit.Value is not null)
                Add(Encoding.UTF8.GetBytes(Member(edit)));
        }
        if (pictures is not null && _pieces.Count > 1)
            _pieces.Add(Comma);
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _body?.Use.Join();
        try
        {
            foreach (var piece in _pieces)
                await stream.WriteAsync(piece, cancellationToken);
            if (_pictures is not null)
                await _pictures.WriteAsync(stream, cancellationToken);
            await stream.WriteAsync(Close, cancellationToken);
            _sent?.Invoke();
        }
        finally
        {
            _body?.Use.Leave();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = Close.Length + (_pictures?.Length ?? 0);
        foreach (var piece in _pieces)
            length += piece.Length;
        return true;
    }

    // Adjacent unchanged members form one piece, including the white space and commas between them.
    private void Keep(JsonBody body, ReadOnlySpan<ParameterChange> edits)
    {
        var start = -1;
        for (var i = 0; i <= body.Members.Count; i++)
        {
            var stays = i < body.Members.Count && !IsEdited(body.Members[i].Name, edits);
            if (stays && start < 0)
                start = i;
            if (stays || start < 0)
                continue;
            Add(body.Bytes[body.Members[start].Start..body.Members[i - 1].ValueEnd]);
            start = -1;
        }
    }

    private void Add(ReadOnlyMemory<byte> members)
    {
        if (_pieces.Count > 1)
            _pieces.Add(Comma);
        _pieces.Add(members);
    }

    private static bool IsEdited(string name, ReadOnlySpan<ParameterChange> edits)
    {
        foreach (var edit in edits)
        {
            if (edit.Name == name)
                return true;
        }
        return false;
    }

    private static string Member(ParameterChange edit) =>
        $"\"{JsonEncodedText.Encode(edit.Name)}\":{(edit.IsText ? $"\"{JsonEncodedText.Encode(edit.Value!)}\"" : edit.Value)}";
}
