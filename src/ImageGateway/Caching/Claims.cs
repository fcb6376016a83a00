namespace ImageGateway.Caching;

/// <summary>The claim of a name and its outcome.</summary>
/// <param name="Owner">The claim's own id.</param>
/// <param name="Tag">A text of the owner's.</param>
/// <param name="Outcome">How it ended; null while it is being worked on.</param>
internal sealed record Claim(string Owner, string Tag, string? Outcome);

/// <summary>
/// Names that only one owner may claim at a time, in this process or on all replicas. A claim ends with its owner, who must
/// renew it, and its outcome is kept for a while.
/// </summary>
internal interface IClaimStore
{
    /// <summary>True when other processes see the claims too.</summary>
    bool IsShared { get; }

    /// <summary>How long a claim lives without renewal.</summary>
    TimeSpan Lease { get; }

    /// <summary>Claims a name. Null: the caller has it now; else the existing claim.</summary>
    /// <param name="tenant">The tenant, or <see cref="Partition.Shared"/>.</param>
    /// <param name="name">The name.</param>
    /// <param name="claim">The caller's claim.</param>
    /// <param name="over">The owner of an ended claim that this one may replace.</param>
    /// <exception cref="Images.GatewayException">The store does not answer.</exception>
    ValueTask<Claim?> TakeAsync(string tenant, string name, Claim claim, string? over = null);

    /// <summary>The claim of a name and its outcome; null: there is none.</summary>
    /// <exception cref="Images.GatewayException">The store does not answer.</exception>
    ValueTask<Claim?> FindAsync(string tenant, string name);

    /// <summary>Extends the claim by another lease; false when another has it by now, it has ended, or the store does not answer.</summary>
    ValueTask<bool> RenewAsync(string tenant, string name, string owner);

    /// <summary>
    /// Ends a claim and keeps its outcome for so long; the first outcome stays. False: the store does not answer, so the result
    /// is unknown, or it has lost the claim.
    /// </summary>
    ValueTask<bool> SettleAsync(string tenant, string name, string owner, string outcome, TimeSpan keep);

    /// <summary>Ends a claim without an outcome: the name is free again.</summary>
    ValueTask ReleaseAsync(string tenant, string name, string owner);
}

/// <summary>Claims in this process's memory, for a gateway of one process. Bounded: above 100 000 the oldest outcomes are dropped.</summary>
internal sealed class MemoryClaimStore(TimeProvider time) : IClaimStore
{
    private const int Most = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Name), (Claim Claim, DateTimeOffset Until)> _claims = [];

    // In the order of settlement; entries that were removed in another way are skipped.
    private readonly Queue<((string Tenant, string Name) Key, string Owner)> _settled = new();

    public bool IsShared => false;

    public TimeSpan Lease => TimeSpan.FromSeconds(30);

    public ValueTask<Claim?> TakeAsync(string tenant, string name, Claim claim, string? over = null)
    {
        lock (_lock)
        {
            if (Find((tenant, name)) is { } there && !(there.Outcome is not null && there.Owner == over))
                return new(there);
            _claims[(tenant, name)] = (claim, time.GetUtcNow() + Lease);
            return default;
        }
    }

    public ValueTask<Claim?> FindAsync(string tenant, string name)
    {
        lock (_lock)
            return new(Find((tenant, name)));
    }

    public ValueTask<bool> RenewAsync(string tenant, string name, string owner)
    {
        lock (_lock)
        {
            if (Find((tenant, name)) is not { Outcome: null } there || there.Owner != owner)
                return new(false);
            _claims[(tenant, name)] = (there, time.GetUtcNow() + Lease);
            return new(true);
        }
    }

    public ValueTask<bool> SettleAsync(string tenant, string name, string owner, string outcome, TimeSpan keep)
    {
        lock (_lock)
        {
            if (Find((tenant, name)) is not { } there)
                return new(false);
            if (there.Outcome is not null || there.Owner != owner)
                return new(true);
            _claims[(tenant, name)] = (there with { Outcome = outcome }, time.GetUtcNow() + keep);
            _settled.Enqueue(((tenant, name), owner));
            Forget();
        }
        return new(true);
    }

    public ValueTask ReleaseAsync(string tenant, string name, string owner)
    {
        lock (_lock)
        {
            if (Find((tenant, name)) is { Outcome: null } there && there.Owner == owner)
                _claims.Remove((tenant, name));
        }
        return default;
    }

    private Claim? Find((string Tenant, string Name) key)
    {
        if (!_claims.TryGetValue(key, out var found))
            return null;
        if (found.Until > time.GetUtcNow())
            return found.Claim;
        _claims.Remove(key);
        return null;
    }

    private void Forget()
    {
        while (_settled.TryPeek(out var oldest))
        {
            var isThere = _claims.TryGetValue(oldest.Key, out var found) && found.Claim.Owner == oldest.Owner;
            if (isThere && found.Until > time.GetUtcNow() && _settled.Count <= Most)
                return;
            _settled.Dequeue();
            if (isThere)
                _claims.Remove(oldest.Key);
        }
    }
}
