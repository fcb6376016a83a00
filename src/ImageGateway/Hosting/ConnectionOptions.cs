using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImageGateway.Hosting;

/// <summary>Limits on client connections, so that slow or silent ones hold few resources (<c>Gateway:Connections</c>); read at start only.</summary>
internal sealed class ConnectionOptions
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Connections open at once; further ones are closed as they arrive. 1 to 1 000 000. The process needs as many file handles, and one more for each call to a provider.</summary>
    public int Max { get; set; } = 20_000;

    /// <summary>How long the headers of a request may take; 1 s to 10 minutes.</summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may be idle between requests; 1 s to 1 hour.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>
    /// Bytes per second, on average, at which a client must send its body and read its response, after 5 s of grace; a slower client
    /// is disconnected, since it holds its job's budget and its target's capacity. 0 to 1 000 000; 0: no minimum.
    /// </summary>
    public int MinBytesPerSecond { get; set; } = 4096;

    /// <summary>Sets the server's limits.</summary>
    public void Bound(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = Max;
        limits.RequestHeadersTimeout = HeaderTimeout;
        limits.KeepAliveTimeout = IdleTimeout;
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = MinBytesPerSecond == 0 ? null : new MinDataRate(MinBytesPerSecond, Grace);
    }
}
