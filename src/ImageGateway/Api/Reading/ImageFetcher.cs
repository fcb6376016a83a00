using System.Net;
using System.Net.Sockets;
using ImageGateway.Images;

namespace ImageGateway.Api.Reading;

/// <summary>
/// Fetches pictures from addresses a client gave: https, hosts of the allow-list, no redirects, and never from an address
/// inside the operator's network, whatever a name resolves to.
/// </summary>
internal sealed class ImageFetcher : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyList<string> _hosts;
    private readonly HttpMessageInvoker _client;

    /// <summary>A fetcher for these hosts.</summary>
    /// <param name="hosts">Hosts that may be named, exactly.</param>
    /// <param name="isPublic">Whether an address may be connected to; <see cref="PublicAddress.Is"/> but in tests.</param>
    public ImageFetcher(IReadOnlyList<string> hosts, Func<IPAddress, bool>? isPublic = null)
    {
        _hosts = hosts;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            MaxConnectionsPerServer = 16,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, isPublic ?? PublicAddress.Is, cancellationToken),
        });
    }

    /// <summary>Fetches <paramref name="url"/> into <paramref name="bytes"/>, at most <paramref name="limit"/> of them.</summary>
    /// <exception cref="GatewayException">The address is not allowed, or does not answer with a file.</exception>
    public async Task FetchAsync(string url, string param, SpooledBytes bytes, long limit, CancellationToken cancellationToken)
    {
        var address = Allowed(url, param);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await _client.SendAsync(request, patience.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw Unreachable(param, $"it answered with status {(int)response.StatusCode}");
            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            if (!await bytes.FillAsync(body, limit, patience.Token))
                throw JobReader.TooLarge(limit, param);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Not why: the answer must not tell what is inside the network.
            throw Unreachable(param, "it cannot be fetched");
        }
    }

    public void Dispose() => _client.Dispose();

    private Uri Allowed(string url, string param)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': an image_url must be a data: URL, or an https address of an allowed host.", param);
        if (address.UserInfo.Length > 0 || !_hosts.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase))
            throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{param}': the host '{GatewayException.Shortened(address.IdnHost)}' is not allowed. Send the picture as a data: URL, or ask the operator to allow the host.", param);
        return address;
    }

    private static GatewayException Unreachable(string param, string why) => new(ErrorKind.InvalidValue, $"Invalid value for '{param}': the image_url is of no use: {why}.", param);

    // The address that was checked is the one that is connected to: a name cannot change in between.
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, Func<IPAddress, bool> isPublic, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
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
