using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>
/// What jobs may cost while the store of quotas cannot be reached, for tenants that are let through then: a small budget of
/// each in this process. When the store is back its counters are built again from the ledger, which knows these jobs as it
/// knows all others, and the allowance is whole again.
/// </summary>
internal sealed class EmergencyAllowance
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, long>> _taken = [];

    /// <summary>Tenants that have taken of theirs.</summary>
    public IReadOnlyList<string> Tenants
    {
        get
        {
            lock (_lock)
                return [.. _taken.Keys];
        }
    }

    /// <summary>Lets a job through up to an amount; one that was let through may ask again, and for more.</summary>
    public bool TryTake(Caller caller, string job, long nanoUsd)
    {
        if (caller.Emergency == NanoUsd.Zero)
            return false;
        lock (_lock)
        {
            var jobs = _taken.GetValueOrDefault(caller.Tenant) ?? [];
            if (jobs.Sum(other => other.Key == job ? 0 : other.Value) + nanoUsd > caller.Emergency.Value)
                return false;
            jobs[job] = nanoUsd;
            _taken[caller.Tenant] = jobs;
            return true;
        }
    }

    /// <summary>Notes what a job cost, if it was let through.</summary>
    public void Settle(string tenant, string job, long nanoUsd)
    {
        lock (_lock)
        {
            if (_taken.TryGetValue(tenant, out var jobs) && jobs.ContainsKey(job))
                jobs[job] = nanoUsd;
        }
    }

    /// <summary>Has the store take into account what a tenant's jobs took, then gives the allowance back.</summary>
    public async Task ReconcileAsync(string tenant, Func<Task> renew)
    {
        await renew();
        lock (_lock)
            _taken.Remove(tenant);
    }
}
