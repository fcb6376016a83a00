namespace ImageGateway.Quotas;

/// <summary>What happens above a limit.</summary>
internal enum LimitMode
{
    /// <summary>The job is refused.</summary>
    Enforce,

    /// <summary>The job runs, is counted, and a header reports the excess: for observing before enforcing.</summary>
    Warn,
}

/// <summary>The limits of a scope, as the configuration and the control plane write them; an absent option sets no limit.</summary>
internal sealed class LimitOptions
{
    /// <summary>USD per calendar day (UTC), with at most nine decimals.</summary>
    public decimal? UsdPerDay { get; set; }

    /// <summary>USD per calendar month (UTC).</summary>
    public decimal? UsdPerMonth { get; set; }

    /// <summary>USD in total, without a reset.</summary>
    public decimal? UsdTotal { get; set; }

    /// <summary>Output tokens per minute, as a token bucket.</summary>
    public long? OutputTokensPerMinute { get; set; }

    /// <summary>Output tokens per calendar month (UTC).</summary>
    public long? OutputTokensPerMonth { get; set; }

    /// <summary>Requested images per minute, as a token bucket.</summary>
    public long? ImagesPerMinute { get; set; }

    /// <summary>Requests per minute, as a token bucket.</summary>
    public long? RequestsPerMinute { get; set; }

    /// <summary>Images in flight.</summary>
    public long? ConcurrentImages { get; set; }

    /// <summary>The best quality that may be requested: a quality word of one of the catalogue's models.</summary>
    public string? MaxQuality { get; set; }

    /// <summary>What happens to a job above these limits.</summary>
    public LimitMode Mode { get; set; } = LimitMode.Enforce;
}
