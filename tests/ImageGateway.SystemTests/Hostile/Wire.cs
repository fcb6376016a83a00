using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>An answer as it stood on the wire.</summary>
internal sealed record WireAnswer(int Status, string Head, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The code of an error in the envelope, or in ProblemDetails; null when the body is neither.</summary>
    public string? Code
    {
        get
        {
            try
            {
                using var body = JsonDocument.Parse(Body);
                return body.RootElement.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : body.RootElement.GetProperty("title").GetString();
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                return null;
            }
        }
    }

    public string? Header(string name) => Array.Find(Head.Split("\r\n"), line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}

/// <summary>A connection on which a test writes what it likes.</summary>
internal sealed class Wire : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Connects; <paramref name="receiveBuffer"/> bounds what the system takes in of what nobody reads, <paramref name="from"/> is an address of this machine.</summary>
    public static async Task<Wire> ConnectAsync(Uri url, int receiveBuffer = 0, IPAddress? from = null)
    {
        var wire = new Wire();
        if (from is not null)
            wire._socket.Bind(new IPEndPoint(from, 0));
        if (receiveBuffer > 0)
            wire._socket.ReceiveBufferSize = receiveBuffer;
        await wire._socket.ConnectAsync(url.Host, url.Port);
        return wire;
    }

    /// <summary>Sends a request and reads what is answered until the server closes; the client closes its side after <paramref name="patience"/>.</summary>
    public static async Task<IReadOnlyList<WireAnswer>> AskAsync(Uri url, byte[] request, TimeSpan? patience = null, IPAddress? from = null)
    {
        using var wire = await ConnectAsync(url, from: from);
        try
        {
            await wire.WriteAsync(request);
        }
        catch (SocketException)
        {
            // It was refused before all of it was sent; why, is there to be read.
        }
        return Answers(await wire.ReadToEndAsync(patience ?? Longest));
    }

    public static Task<IReadOnlyList<WireAnswer>> AskAsync(Uri url, string request, TimeSpan? patience = null, IPAddress? from = null) => AskAsync(url, Encoding.Latin1.GetBytes(request), patience, from);

    public async Task WriteAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None);
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>The next bytes, at most so many; 0: the server has closed, or reset the connection.</summary>
    public async Task<int> ReadAsync(byte[] buffer, TimeSpan? patience = null)
    {
        using var clock = new CancellationTokenSource(patience ?? Longest);
        try
        {
            return await _socket.ReceiveAsync(buffer, SocketFlags.None, clock.Token);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>All bytes until the server closes.</summary>
    public async Task<byte[]> ReadToEndAsync(TimeSpan? patience = null)
    {
        using var all = new MemoryStream();
        var (buffer, isClosing) = (new byte[64 * 1024], false);
        while (true)
        {
            try
            {
                var read = await ReadAsync(buffer, isClosing ? Longest : patience);
                if (read == 0)
                    return all.ToArray();
                all.Write(buffer, 0, read);
            }
            catch (OperationCanceledException) when (!isClosing)
            {
                // The server waits for more, which does not come.
                isClosing = true;
                _socket.Shutdown(SocketShutdown.Send);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The answers in what came over a connection; what is cut off is not among them.</summary>
    public static IReadOnlyList<WireAnswer> Answers(byte[] bytes)
    {
        var answers = new List<WireAnswer>();
        while (bytes.AsSpan().IndexOf("\r\n\r\n"u8) is >= 0 and var end && bytes.AsSpan().StartsWith("HTTP/1."u8))
        {
            var answer = new WireAnswer(int.Parse(Encoding.ASCII.GetString(bytes, 9, 3), CultureInfo.InvariantCulture), Encoding.Latin1.GetString(bytes, 0, end), []);
            bytes = bytes[(end + 4)..];
            if (answer.Status == 100)
                continue;
            var chunked = answer.Header("Transfer-Encoding") == "chunked";
            var length = answer.Header("Content-Length") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : chunked ? 0 : bytes.Length;
            if (length > bytes.Length || (chunked ? Chunks(ref bytes) : bytes[..length]) is not { } body)
                break;
            answers.Add(answer with { Body = body });
            bytes = chunked ? bytes : bytes[length..];
        }
        return answers;
    }

    private static byte[]? Chunks(ref byte[] bytes)
    {
        var body = new List<byte>();
        while (bytes.AsSpan().IndexOf("\r\n"u8) is >= 0 and var line)
        {
            var length = int.Parse(Encoding.ASCII.GetString(bytes, 0, line), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (bytes.Length < line + length + 4)
                return null;
            body.AddRange(bytes[(line + 2)..(line + 2 + length)]);
            bytes = bytes[(line + 4 + length)..];
            if (length == 0)
                return [.. body];
        }
        return null;
    }
}
