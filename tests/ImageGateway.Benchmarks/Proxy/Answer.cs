using System.Text;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>What the stub answers to a prompt that holds <see cref="Marker"/>, as bytes on the wire.</summary>
/// <param name="Name">The name in a case, as in <c>1.5MB/16</c>.</param>
/// <param name="Pieces">Head, body and framing; each piece is sent by itself.</param>
/// <param name="BodyBytes">Length of the body without framing.</param>
internal sealed record Answer(string Name, byte[][] Pieces, long BodyBytes)
{
    /// <summary>Length of the first event of a stream.</summary>
    public long FirstEventBytes { get; init; }

    /// <summary>Between two pieces.</summary>
    public TimeSpan Pause { get; init; }

    public string Marker => $"bench {Name}.";

    public bool IsStream => FirstEventBytes > 0;

    public static Answer Json(string name, string body)
    {
        var message = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        return new Answer(name, [Encoding.ASCII.GetBytes(message)], body.Length);
    }

    public static Answer Stream(string name, string[] events, TimeSpan pause)
    {
        // X-Accel-Buffering: nginx must not buffer a stream, and this is how an upstream tells it so.
        const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n";
        var pieces = Array.ConvertAll(events, text => $"{text.Length:x}\r\n{text}\r\n");
        pieces[0] = Head + pieces[0];
        pieces[^1] += "0\r\n\r\n";
        return new Answer(name, Array.ConvertAll(pieces, Encoding.ASCII.GetBytes), events.Sum(text => text.Length))
        {
            FirstEventBytes = events[0].Length,
            Pause = pause,
        };
    }
}
