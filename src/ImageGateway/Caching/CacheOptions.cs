using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>The result cache of a tenant or a route (<c>Cache</c>); absent: there is none.</summary>
internal sealed class CacheOptions
{
    /// <summary>How long an answer is kept; 0 to 30 days. Zero on a route: its answers are not cached, whatever the tenant's say.</summary>
    public TimeSpan Ttl { get; set; } = CacheRule.Default.Ttl;

    /// <summary>Bytes that a tenant's cached answers may take, and so the largest of them; above it, what was used longest ago goes. 1 to 1 TiB.</summary>
    public long MaxBytes { get; set; } = CacheRule.Default.MaxBytes;

    /// <summary>Whose answers are looked at. A route can narrow it only: what a tenant draws is shared by that tenant's own word.</summary>
    public CacheScope Scope { get; set; }

    /// <summary>As requests read it; mistakes are reported.</summary>
    public static CacheRule? Read(CacheOptions? options, Mistakes here)
    {
        if (options is null)
            return null;
        here.Unless(options.Ttl >= TimeSpan.Zero && options.Ttl <= CacheRule.LongestTtl, nameof(Ttl), "must be 00:00:00 to 30.00:00:00");
        here.Unless(options.MaxBytes is >= 1 and <= CacheRule.MostBytes, nameof(MaxBytes), "must be 1 to 1099511627776");
        return new CacheRule(options.Ttl, options.MaxBytes, options.Scope);
    }
}

/// <summary>What answers may take of this process's memory (<c>Gateway:Replay</c>); read at start only.</summary>
internal sealed class ReplayOptions
{
    /// <summary>Bytes of answers that are being recorded; above it they pass on unrecorded.</summary>
    public long RecordingBytes { get; set; } = 256L << 20;

    /// <summary>Bytes of stored answers, of all tenants; without Redis.</summary>
    public long MemoryBytes { get; set; } = 512L << 20;
}
