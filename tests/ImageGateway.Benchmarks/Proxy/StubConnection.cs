using System.Net.Sockets;
using System.Text;
using ImageGateway.Benchmarks.Load;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>One connection to the stub: reads each request to its end, then sends the answer that its prompt names.</summary>
internal sealed class StubConnection(Socket socket)
{
    private static readonly (byte[] Marker, Answer Answer)[] Marked =
        Array.ConvertAll(Answers.All, answer => (Encoding.ASCII.GetBytes(answer.Marker), answer));

    private readonly MessageReader reader = new(socket);
    private readonly byte[] beginning = new byte[4096];

    public void Serve()
    {
        using (socket)
        {
            try
            {
                socket.NoDelay = true;
                while (TryAnswer())
                {
                    // The next request.
                }
            }
            catch (Exception e) when (e is SocketException or InvalidDataException)
            {
                Console.Error.WriteLine(e.Message);
            }
        }
    }

    private bool TryAnswer()
    {
        var head = reader.ReadHead();
        if (head.IsEmpty)
            return false;
        var upload = head[..head.IndexOf("\r\n"u8)].IndexOf("/edits"u8) >= 0;
        var (answer, length) = ReadRequest();
        if (upload && length < Requests.FileBytes)
            throw new InvalidDataException($"An upload of {length} bytes.");
        Send(answer);
        return true;
    }

    private (Answer Answer, long Length) ReadRequest()
    {
        var length = 0L;
        var kept = 0;
        while (reader.TryReadBody(out var piece))
        {
            length += piece.Length;
            var part = piece[..Math.Min(piece.Length, beginning.Length - kept)];
            part.CopyTo(beginning.AsSpan(kept));
            kept += part.Length;
        }
        return (Find(beginning.AsSpan(0, kept)), length);
    }

    private static Answer Find(ReadOnlySpan<byte> text)
    {
        foreach (var (marker, answer) in Marked)
        {
            if (text.IndexOf(marker) >= 0)
                return answer;
        }
        return Answers.Small;
    }

    private void Send(Answer answer)
    {
        for (var i = 0; i < answer.Pieces.Length; i++)
        {
            if (i > 0 && answer.Pause > TimeSpan.Zero)
                Thread.Sleep(answer.Pause);
            socket.SendAll(answer.Pieces[i]);
        }
    }
}
