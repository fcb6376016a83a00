namespace ImageGateway.Caching;

/// <summary>Where a tenant's responses of one kind are stored, and how many bytes they may take.</summary>
/// <param name="Tenant">The tenant (<see cref="Images.Caller.Owner"/>), or <see cref="Shared"/>.</param>
/// <param name="Kind">The kind: <see cref="Cache"/>, <see cref="Keys"/>, …; each kind has a separate size limit.</param>
/// <param name="MaxBytes">The size limit; beyond it the least recently used are evicted.</param>
internal readonly record struct Partition(string Tenant, string Kind, long MaxBytes)
{
    /// <summary>Stands for the tenants that share their cache. No tenant's id contains an asterisk.</summary>
    public const string Shared = "*";

    /// <summary>The kind stored only to save calls; the other kinds were promised to a client.</summary>
    public const string Cache = "cache";

    /// <summary>The kind for responses to requests with an idempotency key.</summary>
    public const string Keys = "idempotency";
}

/// <summary>
/// Stores responses by key, for a time. Never the only copy of anything: a lost or unavailable response is a miss, and its
/// failures fail no request, unless the caller uses a method that reports them.
/// </summary>
internal interface IAnswerStore
{
    /// <summary>The response; null when there is none, or the store does not answer.</summary>
    ValueTask<StoredAnswer?> FindAsync(Partition partition, string key);

    /// <summary>The response; null when there is none.</summary>
    /// <exception cref="Images.GatewayException">The store does not answer.</exception>
    ValueTask<StoredAnswer?> ReadAsync(Partition partition, string key);

    /// <summary>Stores a response for so long, unless it is larger than the partition. True when it can be found now.</summary>
    ValueTask<bool> KeepAsync(Partition partition, string key, StoredAnswer answer, TimeSpan ttl);
}
