using System.Net;
using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace ImageGateway.Providers;

/// <summary>
/// The HTTP client for one provider, from YARP's client factory: no redirects, cookies, proxies or decompression, and a limited
/// number of connections. It does not send trace context by itself: a provider is a third party, and gets it only if its
/// options allow that.
/// </summary>
internal sealed class UpstreamClient(TimeSpan connectTimeout) : ForwarderHttpClientFactory
{
    /// <summary>A separate client for the provider named <paramref name="name"/>.</summary>
    public static HttpMessageInvoker Create(string name, ProviderOptions options) => new UpstreamClient(options.ConnectTimeout).CreateClient(new ForwarderHttpClientContext
    {
        ClusterId = name,
        OldConfig = new(),
        OldMetadata = null,
        OldClient = null,
        NewConfig = new() { MaxConnectionsPerServer = options.MaxConnections, EnableMultipleHttp2Connections = true },
        NewMetadata = null,
    });

    /// <summary>Sends an attempt to an address of its provider, with the provider's credentials, in the newest HTTP version that it supports.</summary>
    public static async Task<HttpResponseMessage> SendAsync(IImageProvider provider, Attempt attempt, Uri address, HttpContent content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower, Content = content };
        await HeaderRules.ToProviderAsync(attempt, request);
        await provider.AuthorizeAsync(request, cancellationToken);
        return await provider.Invoker.SendAsync(request, cancellationToken);
    }

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = connectTimeout;
        handler.ActivityHeadersPropagator = null;
        // As the server decoded them: otherwise a client's non-ASCII header would fail the call, and count against the
        // provider.
        handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8;
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90);
        // Resolves DNS again periodically, since Azure moves its front ends.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(15);
    }
}
