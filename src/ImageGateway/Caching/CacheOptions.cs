using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>The result cache of a tenant or a route (<c>Cache</c>); absent: no cache.</summary>
internal sealed class CacheOptions
{
    /// <summary>How long a response is kept; 0 to 30 days. Zero on a route turns caching off for that route, even if the tenant has it on.</summary>
    public TimeSpan Ttl { get; set; } = CacheRule.Default.Ttl;

    /// <summary>Bytes that a tenant's cached responses may take in total, and so the largest response that is cached; the least recently used are evicted. 1 to 1 TiB.</summary>
    public long MaxBytes { get; set; } = CacheRule.Default.MaxBytes;

    /// <summary>Whose cached responses may be served. A route can only narrow the tenant's scope, since sharing a tenant's images is that tenant's decision.</summary>
    public CacheScope Scope { get; set; }

    /// <summary>Converts the options to a rule and reports mistakes.</summary>
    public static CacheRule? Read(CacheOptions? options, Mistakes here)
    {
        if (options is null)
            return null;
        here.Unless(options.Ttl >= TimeSpan.Zero && options.Ttl <= CacheRule.LongestTtl, nameof(Ttl), "must be 00:00:00 to 30.00:00:00");
        here.Unless(options.MaxBytes is >= 1 and <= CacheRule.MostBytes, nameof(MaxBytes), "must be 1 to 1099511627776");
        return new CacheRule(options.Ttl, options.MaxBytes, options.Scope);
    }
}

/// <summary>The memory of this process that recorded and stored responses may use (<c>Gateway:Replay</c>); read at start only.</summary>
internal sealed class ReplayOptions
{
    /// <summary>Bytes of responses being recorded; beyond that, responses pass unrecorded, those of asynchronous jobs are kept nevertheless, and new asynchronous jobs get a 503.</summary>
    public long RecordingBytes { get; set; } = 256L << 20;

    /// <summary>Bytes of stored responses, for all tenants together; used only without Redis.</summary>
    public long MemoryBytes { get; set; } = 512L << 20;
}
