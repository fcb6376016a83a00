using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>
/// Counts failed authentications by remote address: 60 within a minute get a 401, further ones a 429, so that nobody can try
/// keys or fill the logs at full speed. Requests with a valid key are never affected by others behind the same address.
/// </summary>
internal sealed class FailedAuthentications : IDisposable
{
    /// <summary>Failures of one address within <see cref="Window"/>.</summary>
    public const int Limit = 60;

    private const int Segments = 6;

    // Addresses share this many counters, so that many addresses cannot fill the memory. A collision only shares failures.
    private const int Counters = 1 << 14;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, int>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(Counter(address), _ => new SlidingWindowRateLimiterOptions { PermitLimit = Limit, Window = Window, SegmentsPerWindow = Segments }));

    /// <summary>Counts a failure; returns the error to send, <paramref name="error"/> or the one for too many failures.</summary>
    public GatewayError Count(IPAddress? address, GatewayError error)
    {
        using var lease = _limiter.AttemptAcquire(address ?? IPAddress.None);
        return lease.IsAcquired ? error : new GatewayError(ErrorKind.RateLimited, "Too many failed authentications from this address. Requests with a valid key are served.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait : Window / Segments,
        };
    }

    public void Dispose() => _limiter.Dispose();

    // The owner of one IPv6 address has all 2^64 of its network.
    private static int Counter(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        plain.TryWriteBytes(bytes, out var length);
        var hash = new HashCode();
        hash.AddBytes(bytes[..(plain.AddressFamily == AddressFamily.InterNetworkV6 ? length / 2 : length)]);
        return hash.ToHashCode() & (Counters - 1);
    }
}
