using System.Collections.Concurrent;

namespace ImageGateway.Quotas;

/// <summary>Counters in this process's memory, for a gateway of one process. An unknown sum starts with the ledger's value.</summary>
/// <param name="history">The ledger.</param>
/// <param name="time">The clock.</param>
internal sealed class MemoryQuotaStore(IQuotaHistory history, TimeProvider time) : IQuotaStore
{
    private readonly ConcurrentDictionary<string, TenantCounters> _tenants = new();

    public ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses) => AskAsync(tenant, uses, counters => counters.Reserve(id, uses, Now));

    public ValueTask<QuotaAnswer> CoverAsync(string tenant, string id, IReadOnlyList<CounterUse> uses, long generation) => AskAsync(tenant, uses, counters => counters.Cover(id, uses, Now));

    public ValueTask<bool> SettleAsync(string tenant, string id, long nanoUsd, long? outputTokens) => new(Of(tenant).Settle(id, nanoUsd, outputTokens, Now));

    public ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses) => AskAsync(tenant, uses, counters => counters.Read(uses, Now));

    public long? GenerationOf(string tenant) => Of(tenant).Generation;

    // Without a ledger, nothing must be forgotten.
    public Task RenewAsync(string tenant)
    {
        if (history.IsKept)
            Of(tenant).Forget();
        return Task.CompletedTask;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private TenantCounters Of(string tenant) => _tenants.GetOrAdd(tenant, _ => new TenantCounters(history.IsKept));

    private async ValueTask<T> AskAsync<T>(string tenant, IReadOnlyList<CounterUse> uses, Func<TenantCounters, T?> ask)
        where T : class
    {
        var counters = Of(tenant);
        while (true)
        {
            if (ask(counters) is { } answer)
                return answer;
            await BuildAsync(tenant, counters, uses);
        }
    }

    private async Task BuildAsync(string tenant, TenantCounters counters, IReadOnlyList<CounterUse> uses)
    {
        var ((unknown, generation), past) = (counters.BeginBuild(uses), (PastUse?)null);
        try
        {
            past = await history.ReadAsync(tenant, unknown);
        }
        finally
        {
            counters.Build(unknown, generation, past);
        }
    }
}
