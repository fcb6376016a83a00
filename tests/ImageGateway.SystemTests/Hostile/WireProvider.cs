using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>A request as it came to a provider.</summary>
internal sealed record WireRequest(string Head, byte[] Body)
{
    public string? Header(string name) => Array.Find(Head.Split("\r\n"), line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}

/// <summary>A provider that notes the requests on its wire and answers whatever bytes a test makes up, then closes the connection.</summary>
internal sealed class WireProvider : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    public WireProvider(Func<WireRequest, byte[]> answer)
    {
        Answer = answer;
        _listener.Start(1000);
        _accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What it answers next.</summary>
    public Func<WireRequest, byte[]> Answer { get; set; }

    /// <summary>All that came.</summary>
    public ConcurrentQueue<WireRequest> Arrivals { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptSocketAsync(_end.Token)); // ends with its connection
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (await ReadAsync(stream) is not { } request)
                return;
            Arrivals.Enqueue(request);
            await stream.WriteAsync(Answer(request), _end.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The gateway has gone, or the test is over.
        }
    }

    private async Task<WireRequest?> ReadAsync(NetworkStream stream)
    {
        var (bytes, buffer) = (new List<byte>(), new byte[64 * 1024]);
        while (true)
        {
            var read = await stream.ReadAsync(buffer, _end.Token);
            if (read == 0)
                return null;
            bytes.AddRange(buffer.AsSpan(0, read));
            var all = bytes.ToArray();
            if (all.AsSpan().IndexOf("\r\n\r\n"u8) is not (>= 0 and var end))
                continue;
            var request = new WireRequest(Encoding.Latin1.GetString(all, 0, end), all[(end + 4)..]);
            var isWhole = request.Header("Content-Length") is { } length
                ? request.Body.Length >= int.Parse(length, CultureInfo.InvariantCulture)
                : request.Header("Transfer-Encoding") is null || request.Body.AsSpan().EndsWith("0\r\n\r\n"u8);
            if (isWhole)
                return request;
        }
    }
}
