using System.Collections.Concurrent;

namespace ImageGateway.Quotas.Redis;

/// <summary>A settlement that Redis did not take.</summary>
internal sealed record LateSettlement(string Tenant, string Id, long NanoUsd, long? OutputTokens);

/// <summary>
/// Settlements that wait until Redis is back. There is a bound: what is dropped there, or lost with the process, stays held
/// until an audit finds the job's entry in the ledger.
/// </summary>
internal sealed class LateSettlements
{
    private const int Most = 20_000;

    private readonly ConcurrentQueue<LateSettlement> _waiting = new();

    public int Count => _waiting.Count;

    public void Add(LateSettlement late)
    {
        if (_waiting.Count < Most)
            _waiting.Enqueue(late);
    }

    /// <summary>Settles what waits, in its order; stops at the first that fails, which waits on.</summary>
    public async Task RunAsync(Func<LateSettlement, ValueTask<bool>> settle)
    {
        while (_waiting.TryPeek(out var late))
        {
            await settle(late);
            _waiting.TryDequeue(out _);
        }
    }
}
