using ImageGateway.Configuration;

namespace ImageGateway.Caching.Files;

/// <summary>Pictures behind addresses (<c>Gateway:Files</c>); read at start only.</summary>
internal sealed class HostedFileOptions
{
    /// <summary>The key of the signatures, a reference to at least 32 characters; absent: one is made once and kept in the database.</summary>
    public string? SigningKey { get; set; }

    /// <summary>How long an address is good and its picture kept; 1 minute to 7 days.</summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Bytes that a tenant's hosted pictures may take; above it, what was used longest ago goes. 1 MiB to 1 TiB.</summary>
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>Bytes of this process's memory that hosted pictures of all tenants may take, without Redis. 1 MiB to 1 TiB.</summary>
    public long MemoryBytes { get; set; } = 512L << 20;
}
