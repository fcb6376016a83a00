using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageGateway.Benchmarks.Load;

namespace ImageGateway.Chaos.Load;

/// <summary>What one request came to.</summary>
/// <param name="At">When it was sent, since the loop began.</param>
/// <param name="Took">Until the last byte of the answer.</param>
/// <param name="Status">The HTTP status; 0: the connection was lost.</param>
/// <param name="HasRetryAfter">Whether it says when to come again.</param>
/// <param name="Code">The error's code; empty for an answer.</param>
internal readonly record struct Outcome(TimeSpan At, TimeSpan Took, int Status, bool HasRetryAfter, string Code);

/// <summary>
/// Requests at a rate that does not wait for answers: each of many connections has its turn, and sends when it comes unless
/// its last answer is not there yet. One that is lost connects again.
/// </summary>
internal sealed class OpenLoop(int port, IReadOnlyList<LoadRequest> requests, int connections)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Outcome>[] _outcomes = [.. Enumerable.Range(0, connections).Select(_ => new List<Outcome>())];
    private readonly Stopwatch _clock = new();

    /// <summary>Runs phases of so many requests a second, one after the other.</summary>
    public IReadOnlyList<Outcome> Run(params (double PerSecond, TimeSpan Length)[] phases)
    {
        var threads = Enumerable.Range(0, connections).Select(place => new Thread(() => Run(place, phases), maxStackSize: 256 * 1024) { IsBackground = true }).ToList();
        _clock.Start();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return [.. _outcomes.SelectMany(list => list).OrderBy(outcome => outcome.At)];
    }

    private void Run(int place, (double PerSecond, TimeSpan Length)[] phases)
    {
        using var connection = new Connection(port);
        var (begin, number) = (TimeSpan.Zero, place);
        foreach (var (perSecond, length) in phases)
        {
            var every = TimeSpan.FromSeconds(connections / perSecond);
            var end = begin + length;
            for (var next = begin + (every * ((double)place / connections)); next < end; next += every)
            {
                var wait = next - _clock.Elapsed;
                if (wait > TimeSpan.Zero)
                    Thread.Sleep(wait);
                else if (-wait > every)
                    continue; // its turn has passed while it waited for an answer
                var at = _clock.Elapsed;
                var (status, hasRetryAfter, code) = connection.Ask(requests[number++ % requests.Count]);
                _outcomes[place].Add(new Outcome(at, _clock.Elapsed - at, status, hasRetryAfter, code));
            }
            begin = end;
        }
    }

    private sealed class Connection(int port) : IDisposable
    {
        private Socket? _socket;
        private MessageReader? _reader;

        public (int Status, bool HasRetryAfter, string Code) Ask(LoadRequest request)
        {
            try
            {
                Open();
                _socket!.SendAll(request.Bytes);
                var head = _reader!.ReadHead();
                if (head.Length < 12)
                    return Lost();
                var (status, hasRetryAfter) = (int.Parse(head[9..12]), Encoding.Latin1.GetString(head).Contains("\r\nretry-after:", StringComparison.OrdinalIgnoreCase));
                var (length, code) = (0L, "");
                while (_reader.TryReadBody(out var piece))
                {
                    length += piece.Length;
                    code = status == 200 ? "" : CodeOf(piece) ?? code;
                }
                return status == 200 && length != request.AnswerBytes ? Lost() : (status, hasRetryAfter, code);
            }
            catch (Exception e) when (e is SocketException or InvalidDataException)
            {
                return Lost();
            }
        }

        public void Dispose() => _socket?.Dispose();

        private static string? CodeOf(ReadOnlySpan<byte> error)
        {
            var code = error.IndexOf("\"code\":\""u8) is >= 0 and var at ? error[(at + 8)..] : default;
            return code.IndexOf((byte)'"') is > 0 and var end ? Encoding.ASCII.GetString(code[..end]) : null;
        }

        private (int Status, bool HasRetryAfter, string Code) Lost()
        {
            _socket?.Dispose();
            _socket = null;
            return (0, false, "lost");
        }

        private void Open()
        {
            if (_socket is not null)
                return;
            _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)Patience.TotalMilliseconds, SendTimeout = (int)Patience.TotalMilliseconds };
            _socket.Connect(IPAddress.Loopback, port);
            _reader = new MessageReader(_socket);
        }
    }
}
