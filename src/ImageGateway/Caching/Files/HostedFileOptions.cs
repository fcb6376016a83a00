namespace ImageGateway.Caching.Files;

/// <summary>Images that the gateway hosts at signed URLs (<c>Gateway:Files</c>); read at start only.</summary>
internal sealed class HostedFileOptions
{
    /// <summary>The key that signs URLs, a reference to a secret of at least 32 characters; absent: a key is generated once and kept in the database.</summary>
    public string? SigningKey { get; set; }

    /// <summary>How long a URL is valid and its image is kept; 1 minute to 7 days.</summary>
    public TimeSpan Ttl { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Bytes that a tenant's hosted images may take; the least recently used are evicted. 1 MiB to 1 TiB.</summary>
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>Bytes of this process's memory for the hosted images of all tenants; used only without Redis. 1 MiB to 1 TiB.</summary>
    public long MemoryBytes { get; set; } = 512L << 20;
}
