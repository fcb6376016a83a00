using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>
/// What jobs may cost while the quota store is unreachable, for tenants that are allowed to continue: a small budget per tenant
/// in this process. When the store is back, its counters are rebuilt from the ledger, which includes these jobs, and the
/// allowance is restored in full.
/// </summary>
internal sealed class EmergencyAllowance
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, long>> _taken = [];

    /// <summary>Tenants that have used some of theirs.</summary>
    public IReadOnlyList<string> Tenants
    {
        get
        {
            lock (_lock)
                return [.. _taken.Keys];
        }
    }

    /// <summary>Lets a job through up to an amount; a job that was let through may ask again, and for more.</summary>
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

    /// <summary>Records what a job cost, if it was let through.</summary>
    public void Settle(string tenant, string job, long nanoUsd)
    {
        lock (_lock)
        {
            if (_taken.TryGetValue(tenant, out var jobs) && jobs.ContainsKey(job))
                jobs[job] = nanoUsd;
        }
    }

    /// <summary>Has the store account for what a tenant's jobs used, then restores the allowance.</summary>
    public async Task ReconcileAsync(string tenant, Func<Task> renew)
    {
        await renew();
        lock (_lock)
            _taken.Remove(tenant);
    }
}
