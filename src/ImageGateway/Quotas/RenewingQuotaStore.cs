namespace ImageGateway.Quotas;

/// <summary>
/// Has a tenant's counters rebuilt when one of its limits is new in this process. Jobs that ran before the limit was known here
/// or on another replica are in the ledger but in no counter, and a counter kept from an earlier time of the limit lacks the
/// jobs in between. Each process does this when it learns of a limit, so that after the last one nothing is missing.
/// </summary>
/// <param name="store">The store.</param>
internal sealed class RenewingQuotaStore(IQuotaStore store) : IQuotaStore
{
    public async ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses)
    {
        await RenewAsync(tenant, uses);
        return await store.ReserveAsync(tenant, id, uses);
    }

    public async ValueTask<QuotaAnswer> CoverAsync(string tenant, string id, IReadOnlyList<CounterUse> uses, long generation)
    {
        await RenewAsync(tenant, uses);
        return await store.CoverAsync(tenant, id, uses, generation);
    }

    public ValueTask<bool> SettleAsync(string tenant, string id, long nanoUsd, long? outputTokens) => store.SettleAsync(tenant, id, nanoUsd, outputTokens);

    public async ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses)
    {
        await RenewAsync(tenant, uses);
        return await store.ReadAsync(tenant, uses);
    }

    public long? GenerationOf(string tenant) => store.GenerationOf(tenant);

    public Task RenewAsync(string tenant) => store.RenewAsync(tenant);

    // Concurrent callers may renew twice, which is harmless.
    private async ValueTask RenewAsync(string tenant, IReadOnlyList<CounterUse> uses)
    {
        if (!uses.Any(use => use.Limit.IsNew))
            return;
        await store.RenewAsync(tenant);
        foreach (var use in uses)
            use.Limit.Renewed();
    }
}
