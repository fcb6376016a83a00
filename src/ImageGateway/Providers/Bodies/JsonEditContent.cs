using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Providers.Bodies;

/// <summary>A JSON body with some top-level members changed, removed or added; all other bytes are the client's, unread.</summary>
internal sealed class JsonEditContent : HttpContent
{
    private static readonly byte[] Comma = [(byte)','];
    private static readonly byte[] Open = [(byte)'{'];
    private static readonly byte[] Close = [(byte)'}'];

    private readonly JsonBody _body;
    private readonly List<ReadOnlyMemory<byte>> _pieces = new(8) { Open };

    public JsonEditContent(JsonBody body, ReadOnlySpan<ParameterEdit> edits)
    {
        _body = body;
        Keep(edits);
        foreach (var edit in edits)
        {
            if (edit.Value is not null)
                Add(Encoding.UTF8.GetBytes(Member(edit)));
        }
        _pieces.Add(Close);
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _body.Use.Join();
        try
        {
            foreach (var piece in _pieces)
                await stream.WriteAsync(piece, cancellationToken);
        }
        finally
        {
            _body.Use.Leave();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        foreach (var piece in _pieces)
            length += piece.Length;
        return true;
    }

    // Neighbours that stay are one piece, white space and commas between them included.
    private void Keep(ReadOnlySpan<ParameterEdit> edits)
    {
        var start = -1;
        for (var i = 0; i <= _body.Members.Count; i++)
        {
            var stays = i < _body.Members.Count && !IsEdited(_body.Members[i].Name, edits);
            if (stays && start < 0)
                start = i;
            if (stays || start < 0)
                continue;
            Add(_body.Bytes[_body.Members[start].Start.._body.Members[i - 1].ValueEnd]);
            start = -1;
        }
    }

    private void Add(ReadOnlyMemory<byte> members)
    {
        if (_pieces.Count > 1)
            _pieces.Add(Comma);
        _pieces.Add(members);
    }

    private static bool IsEdited(string name, ReadOnlySpan<ParameterEdit> edits)
    {
        foreach (var edit in edits)
        {
            if (edit.Name == name)
                return true;
        }
        return false;
    }

    private static string Member(ParameterEdit edit) =>
        $"\"{edit.Name}\":{(edit.IsText ? $"\"{JsonEncodedText.Encode(edit.Value!)}\"" : edit.Value)}";
}
