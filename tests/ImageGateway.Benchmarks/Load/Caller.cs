using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageGateway.Benchmarks.Load;

/// <summary>One persistent connection that sends a request, checks the whole answer, and only then sends the next.</summary>
internal sealed class Caller : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly MessageReader reader;
    private readonly IReadOnlyList<LoadRequest> requests;
    private int next;

    /// <summary>Connects.</summary>
    /// <param name="requests">What it sends, in turns.</param>
    /// <param name="port">Where to.</param>
    /// <param name="first">The first one of them.</param>
    public Caller(IReadOnlyList<LoadRequest> requests, int port, int first = 0)
    {
        (this.requests, next) = (requests, first);
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        socket.SendTimeout = (int)Patience.TotalMilliseconds;
        socket.Connect(IPAddress.Loopback, port);
        reader = new MessageReader(socket);
    }

    public Histogram Latency { get; } = new();

    /// <summary>One request and its answer.</summary>
    /// <exception cref="InvalidDataException">The answer was not a 200 with the whole body.</exception>
    public void Call()
    {
        var request = requests[next++ % requests.Count];
        var sent = Stopwatch.GetTimestamp();
        socket.SendAll(request.Bytes);
        var head = reader.ReadHead();
        if (!head.StartsWith("HTTP/1.1 200 "u8))
            throw Refused(head);
        Latency.Add(ReadAnswer(request, sent));
    }

    public void Dispose() => socket.Dispose();

    private TimeSpan ReadAnswer(LoadRequest request, long sent)
    {
        var length = 0L;
        TimeSpan? marked = null;
        while (reader.TryReadBody(out var piece))
        {
            length += piece.Length;
            if (request.MarkBytes > 0 && length >= request.MarkBytes)
                marked ??= Stopwatch.GetElapsedTime(sent);
        }
        if (length != request.AnswerBytes)
            throw new InvalidDataException($"The body has {length} bytes instead of {request.AnswerBytes}.");
        return marked ?? Stopwatch.GetElapsedTime(sent);
    }

    private InvalidDataException Refused(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return new InvalidDataException("The connection was closed instead of an answer.");
        var text = Encoding.Latin1.GetString(head[..head.IndexOf("\r\n"u8)]);
        if (reader.TryReadBody(out var piece))
            text += " " + Encoding.UTF8.GetString(piece[..Math.Min(piece.Length, 500)]);
        return new InvalidDataException(text);
    }
}
