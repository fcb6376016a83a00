using System.Net;
using System.Net.Sockets;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>
/// Fetches files from URLs chosen by others: no redirects, no cookies, and never from inside the operator's network, whatever a
/// name resolves to.
/// </summary>
internal sealed class PublicClient : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _time;

    /// <summary>Creates a client for public addresses.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="isPublic">Whether a connection to an address is allowed; <see cref="PublicAddress.Is"/> except for a simulator's.</param>
    /// <param name="resolve">Resolves a name; by default with the system's resolver.</param>
    public PublicClient(TimeProvider time, Func<IPAddress, bool>? isPublic = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _time = time;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null, // the trace context is for permitted providers only
            ConnectTimeout = TimeSpan.FromSeconds(5),
            MaxConnectionsPerServer = 16,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, resolve ?? Dns.GetHostAddressesAsync, isPublic ?? PublicAddress.Is, cancellationToken),
        });
    }

    /// <summary>Fetches a file into <paramref name="bytes"/>, at most <paramref name="limit"/> of them, within 30 s.</summary>
    /// <returns>The result; the server's status with <see cref="FetchResult.Refused"/>.</returns>
    public async Task<(FetchResult Result, int Status)> FetchAsync(Uri address, SpooledBytes bytes, long limit, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(Timeout, _time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await _client.SendAsync(request, patience.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                return (FetchResult.Refused, (int)response.StatusCode);
            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            return (await bytes.FillAsync(body, limit, patience.Token) ? FetchResult.Fetched : FetchResult.TooLarge, 200);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Without the reason: no outsider may learn what is inside the network.
            return (FetchResult.Unreachable, 0);
        }
    }

    public void Dispose() => _client.Dispose();

    // Connects to the address that was checked, so that the name cannot change in between (DNS rebinding).
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, Func<string, CancellationToken, Task<IPAddress[]>> resolve, Func<IPAddress, bool> isPublic, CancellationToken cancellationToken)
    {
        var addresses = await resolve(host.Host, cancellationToken);
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, address => isPublic(address)))
            throw new HttpRequestException("not a public address");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The result of fetching a file.</summary>
internal enum FetchResult { Fetched, TooLarge, Refused, Unreachable, NoRoom }
