namespace ImageGateway.Quotas;

/// <summary>What happens above a limit.</summary>
internal enum LimitMode
{
    /// <summary>The job is refused.</summary>
    Enforce,

    /// <summary>It is counted and told in a header: to observe before enforcing.</summary>
    Warn,
}

/// <summary>The limits of a scope, as configuration and the control plane write them; what is absent does not limit.</summary>
internal sealed class LimitOptions
{
    /// <summary>USD of a calendar day (UTC), with at most nine decimals.</summary>
    public decimal? UsdPerDay { get; set; }

    /// <summary>USD of a calendar month (UTC).</summary>
    public decimal? UsdPerMonth { get; set; }

    /// <summary>USD in all.</summary>
    public decimal? UsdTotal { get; set; }

    /// <summary>Output tokens a minute, a token bucket.</summary>
    public long? OutputTokensPerMinute { get; set; }

    /// <summary>Output tokens of a calendar month (UTC).</summary>
    public long? OutputTokensPerMonth { get; set; }

    /// <summary>Pictures asked for a minute, a token bucket.</summary>
    public long? ImagesPerMinute { get; set; }

    /// <summary>Requests a minute, a token bucket.</summary>
    public long? RequestsPerMinute { get; set; }

    /// <summary>Pictures in flight.</summary>
    public long? ConcurrentImages { get; set; }

    /// <summary>The best quality that may be asked for: a word of one of the catalogue's models.</summary>
    public string? MaxQuality { get; set; }

    /// <summary>What happens above them.</summary>
    public LimitMode Mode { get; set; } = LimitMode.Enforce;
}
