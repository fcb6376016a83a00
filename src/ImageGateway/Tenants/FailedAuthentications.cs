using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>
/// Counts failed authentications by remote address: 60 within a minute are answered 401, those beyond 429, so that nobody
/// tries keys or fills the logs at full speed. Whoever has a key is never held up by others behind the same address.
/// </summary>
internal sealed class FailedAuthentications : IDisposable
{
    /// <summary>Failures of one address within <see cref="Window"/>.</summary>
    public const int Limit = 60;

    private const int Segments = 6;

    // Addresses share this many counters, so that many addresses cannot fill the memory. Two that meet in one only share failures.
    private const int Counters = 1 << 14;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, int>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(Counter(address), _ => new SlidingWindowRateLimiterOptions { PermitLimit = Limit, Window = Window, SegmentsPerWindow = Segments }));

    /// <summary>Counts a failure; returns what to answer, <paramref name="error"/> or that there were too many.</summary>
    public GatewayError Count(IPAddress? address, GatewayError error)
    {
        using var lease = _limiter.AttemptAcquire(address ?? IPAddress.None);
        return lease.IsAcquired ? error : new GatewayError(ErrorKind.RateLimited, "Too many failed authentications from this address. Requests with a valid key are served.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait : Window / Segments,
        };
    }

    public void Dispose() => _limiter.Dispose();

    // Who has one IPv6 address has the 2^64 of its network.
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
