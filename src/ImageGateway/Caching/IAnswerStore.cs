namespace ImageGateway.Caching;

/// <summary>Where a tenant's answers of one kind are kept, and how many bytes they may take.</summary>
/// <param name="Tenant">The tenant's id, or <see cref="Shared"/>.</param>
/// <param name="Kind">A word: <see cref="Cache"/>, <see cref="Keys"/>, …; each kind has its own bytes.</param>
/// <param name="MaxBytes">Above it, what was used longest ago goes.</param>
internal readonly record struct Partition(string Tenant, string Kind, long MaxBytes)
{
    /// <summary>In the place of a tenant: those that share. No tenant's id has a star.</summary>
    public const string Shared = "*";

    /// <summary>The kind that is kept to save calls alone; what is of the others was promised to a client.</summary>
    public const string Cache = "cache";

    /// <summary>The kind of the answers to requests with a key.</summary>
    public const string Keys = "idempotency";
}

/// <summary>Keeps answers by key, for a time. Never the only place of anything: what it loses or cannot find is a miss, and none of its failures is a request's, unless it asks to know.</summary>
internal interface IAnswerStore
{
    /// <summary>The answer; null when there is none, or the store cannot say.</summary>
    ValueTask<StoredAnswer?> FindAsync(Partition partition, string key);

    /// <summary>The answer; null when there is none.</summary>
    /// <exception cref="Images.GatewayException">The store cannot say.</exception>
    ValueTask<StoredAnswer?> ReadAsync(Partition partition, string key);

    /// <summary>Keeps an answer for so long; one that is larger than the partition is not kept. True when it can be found now.</summary>
    ValueTask<bool> KeepAsync(Partition partition, string key, StoredAnswer answer, TimeSpan ttl);
}
