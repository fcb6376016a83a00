namespace ImageGateway.Quotas;

/// <summary>A job that is open in the ledger, and what it may take at worst of each counter asked; 0 where that is not known, null where it is not counted.</summary>
internal sealed record OpenJob(string Id, IReadOnlyList<long?> Amounts);

/// <summary>What the ledger knows of counters at one moment.</summary>
/// <param name="Settled">What is settled, in the order asked.</param>
/// <param name="Open">Jobs whose intents are open.</param>
internal sealed record PastUse(IReadOnlyList<long> Settled, IReadOnlyList<OpenJob> Open);

/// <summary>A job that is over, and what it cost.</summary>
internal sealed record EndedJob(string Id, long NanoUsd, long OutputTokens);

/// <summary>
/// What a store of quotas asks the ledger, which is the truth: a store that lost its counters builds them again from here,
/// under a new generation.
/// </summary>
internal interface IQuotaHistory
{
    /// <summary>False when nothing is kept: a store then must not forget.</summary>
    bool IsKept { get; }

    /// <summary>The generation of a tenant's counters.</summary>
    ValueTask<long> GenerationAsync(string tenant);

    /// <summary>Begins the next one, which is durable when this returns.</summary>
    ValueTask<long> NextGenerationAsync(string tenant);

    /// <summary>What counters of sums and of jobs in flight should be at. Both parts are of the same moment.</summary>
    ValueTask<PastUse> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses);

    /// <summary>Those of the jobs whose intents are open.</summary>
    ValueTask<IReadOnlyList<string>> OpenAsync(IReadOnlyCollection<string> ids);

    /// <summary>Those of the jobs that are over.</summary>
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
