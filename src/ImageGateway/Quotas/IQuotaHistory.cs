namespace ImageGateway.Quotas;

/// <summary>
/// A job that is open in the ledger, with the most it may use of each requested counter; 0 if that is unknown, null if the job
/// does not count there.
/// </summary>
internal sealed record OpenJob(string Id, IReadOnlyList<long?> Amounts);

/// <summary>The ledger's knowledge of counters at one moment.</summary>
/// <param name="Settled">The settled amounts, in the requested order.</param>
/// <param name="Open">Jobs whose intents are open.</param>
internal sealed record PastUse(IReadOnlyList<long> Settled, IReadOnlyList<OpenJob> Open);

/// <summary>A finished job and its cost.</summary>
internal sealed record EndedJob(string Id, long NanoUsd, long OutputTokens);

/// <summary>
/// The quota store's view of the ledger, which is the source of truth: a store that lost its counters rebuilds them from here,
/// under a new generation.
/// </summary>
internal interface IQuotaHistory
{
    /// <summary>False when no ledger is kept: a store must then not forget anything.</summary>
    bool IsKept { get; }

    /// <summary>The generation of a tenant's counters.</summary>
    ValueTask<long> GenerationAsync(string tenant);

    /// <summary>Starts the next generation, which is durable when this returns.</summary>
    ValueTask<long> NextGenerationAsync(string tenant);

    /// <summary>The correct values of sums and of jobs in flight. Both parts are read at the same moment.</summary>
    ValueTask<PastUse> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses);

    /// <summary>Those of the jobs that have open intents.</summary>
    ValueTask<IReadOnlyList<string>> OpenAsync(IReadOnlyCollection<string> ids);

    /// <summary>Those of the jobs that are finished.</summary>
    ValueTask<IReadOnlyList<EndedJob>> EndedAsync(IReadOnlyCollection<string> ids);
}

/// <summary>The history of a gateway that keeps no ledger.</summary>
internal sealed class NoHistory : IQuotaHistory
{
    public bool IsKept => false;

    public ValueTask<long> GenerationAsync(string tenant) => new(0L);

    public ValueTask<long> NextGenerationAsync(string tenant) => new(0L);

    public ValueTask<PastUse> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses) => new(new PastUse([.. uses.Select(_ => 0L)], []));

    public ValueTask<IReadOnlyList<string>> OpenAsync(IReadOnlyCollection<string> ids) => new([]);

    public ValueTask<IReadOnlyList<EndedJob>> EndedAsync(IReadOnlyCollection<string> ids) => new([]);
}
