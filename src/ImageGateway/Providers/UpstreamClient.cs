using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace ImageGateway.Providers;

/// <summary>
/// HTTP to one provider by YARP's client factory: no redirects, cookies, proxies or decompression, and a bounded number of
/// connections. It sends no trace context by itself: a provider is another party, and gets one only where its options say so.
/// </summary>
internal sealed class UpstreamClient(TimeSpan connectTimeout) : ForwarderHttpClientFactory
{
    /// <summary>A client of its own for the provider named <paramref name="name"/>.</summary>
    public static HttpMessageInvoker Create(string name, ProviderOptions options) => new UpstreamClient(options.ConnectTimeout).CreateClient(new ForwarderHttpClientContext
    {
        ClusterId = name,
        OldConfig = new(),
        OldMetadata = null,
        OldClient = null,
        NewConfig = new() { MaxConnectionsPerServer = options.MaxConnections, EnableMultipleHttp2Connections = true },
        NewMetadata = null,
    });

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = connectTimeout;
        handler.ActivityHeadersPropagator = null;
        // As the server read them: a client's word beyond ASCII would otherwise break the call, and count against the provider.
        handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8;
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90);
        // DNS is asked again now and then; Azure moves its front ends.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(15);
    }
}
