using System.Collections.Concurrent;

namespace ImageGateway.Quotas;

/// <summary>
/// Counters in this process's memory, for a gateway of one process. A counter whose window began before the process did
/// starts from the ledger.
/// </summary>
/// <param name="history">What the scopes of a tenant's counters have used in their windows so far, intents of jobs that are open included.</param>
/// <param name="time">The clock.</param>
internal sealed class MemoryQuotaStore(Func<string, IReadOnlyList<CounterUse>, ValueTask<IReadOnlyList<long>>> history, TimeProvider time) : IQuotaStore
{
    private readonly ConcurrentDictionary<string, TenantCounters> _tenants = new();
    private readonly DateTimeOffset _start = time.GetUtcNow();

    /// <summary>The history of a gateway that keeps no ledger.</summary>
    public static ValueTask<IReadOnlyList<long>> Nothing(string tenant, IReadOnlyList<CounterUse> uses) => new([.. uses.Select(_ => 0L)]);

    public async ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses) => (await KnownAsync(tenant, uses)).Reserve(id, uses, Now);

    public async ValueTask<QuotaAnswer> CoverAsync(string tenant, string id, IReadOnlyList<CounterUse> uses, long generation) => (await KnownAsync(tenant, uses)).Cover(id, uses, Now);

    public ValueTask<bool> SettleAsync(string tenant, string id, long nanoUsd, long? outputTokens) => new(Of(tenant).Settle(id, nanoUsd, outputTokens, Now));

    public async ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses) => (await KnownAsync(tenant, uses)).Read(uses, Now);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private TenantCounters Of(string tenant) => _tenants.GetOrAdd(tenant, static _ => new TenantCounters());

    private async ValueTask<TenantCounters> KnownAsync(string tenant, IReadOnlyList<CounterUse> uses)
    {
        var counters = Of(tenant);
        var unknown = counters.Unknown(uses, _start);
        if (unknown.Count == 0)
            return counters;
        foreach (var (use, used) in unknown.Zip(await history(tenant, unknown)))
            counters.Begin(use, used);
        return counters;
    }
}
