using System.Collections.Concurrent;

namespace ImageGateway.Quotas.Redis;

/// <summary>A settlement that Redis did not accept.</summary>
internal sealed record LateSettlement(string Tenant, string Id, long NanoUsd, long? OutputTokens)
{
    /// <summary>True for a reservation whose grant is uncertain: it is cancelled, unless a call may have followed it after all.</summary>
    public bool IsBack { get; private init; }

    public static LateSettlement Back(string tenant, string id) => new(tenant, id, 0, 0) { IsBack = true };
}

/// <summary>
/// Settlements that wait until Redis is back. Their number is bounded: one that is dropped, or lost with the process, stays
/// reserved until an audit finds the job's entry in the ledger.
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

    /// <summary>Settles the waiting ones in order; stops at the first failure, which keeps waiting.</summary>
    public async Task RunAsync(Func<LateSettlement, ValueTask<bool>> settle)
    {
        while (_waiting.TryPeek(out var late))
        {
            await settle(late);
            _waiting.TryDequeue(out _);
        }
    }
}
