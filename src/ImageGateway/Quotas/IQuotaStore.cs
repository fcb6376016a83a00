namespace ImageGateway.Quotas;

/// <summary>One counter that a job uses, and by how much.</summary>
/// <param name="Scope">The scope: <c>tenant:acme</c>.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Amount">The amount reserved, or taken from a bucket.</param>
/// <param name="Now">The time, which decides the window.</param>
internal sealed record CounterUse(string Scope, Limit Limit, long Amount, DateTimeOffset Now)
{
    /// <summary>Scope, kind and window: <c>tenant:acme|usd_per_day|2026-11-21</c>.</summary>
    public string Key { get; } = $"{Scope}|{Limit.Kind.Word}|{Limit.Kind.Window(Now)}";

    public LimitShape Shape => Limit.Kind.Shape;

    public Measure Measure => Limit.Kind.Measure;

    /// <summary>When its counter may be forgotten once nothing is reserved, in Unix ms; null: never.</summary>
    public long? EndsAt { get; } = Limit.Kind.Shape == LimitShape.Concurrent ? 0 : Limit.Kind.End(Now)?.ToUnixTimeMilliseconds();
}

/// <summary>A budget that a job has used, or that refused a job.</summary>
/// <param name="Use">The budget.</param>
/// <param name="HasRefused">True when it refused a job because of what is spent, not merely because of reservations of jobs in flight.</param>
internal sealed record TouchedBudget(CounterUse Use, bool HasRefused);

/// <summary>The state of a counter.</summary>
/// <param name="Used">The settled amount; for a bucket, what was taken and not refilled yet.</param>
/// <param name="Held">The amount reserved by jobs in flight.</param>
internal readonly record struct CounterState(long Used, long Held)
{
    public long Remaining(long max) => Math.Max(0, max - Used - Held);
}

/// <summary>The result of a reservation.</summary>
/// <param name="Refused">The index of the counter that refuses; -1: granted.</param>
/// <param name="RetryAfterMs">When the refusing bucket has enough, in ms.</param>
/// <param name="States">The counters afterwards, in the requested order.</param>
internal sealed record QuotaAnswer(int Refused, long RetryAfterMs, IReadOnlyList<CounterState> States)
{
    public bool IsGranted => Refused < 0;

    /// <summary>The generation of the counters that answered; -1: no store answered.</summary>
    public long? Generation { get; init; }
}

/// <summary>
/// Stores the quota counters. All counters of a reservation belong to one tenant, and are checked and changed in one atomic
/// step: all or nothing. A reservation has an id, so that every call may be repeated.
/// </summary>
internal interface IQuotaStore
{
    /// <summary>Reserves the amounts, if every counter has room.</summary>
    /// <param name="tenant">The tenant of the counters.</param>
    /// <param name="id">The reservation's id; null: the amounts are only taken from buckets, and nothing is settled.</param>
    /// <param name="uses">The counters.</param>
    ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses);

    /// <summary>
    /// Reserves at least these amounts for a job whose intent is durable: adds what its reservation lacks, or makes a lost
    /// reservation again, if there is room for everything the counters hold then.
    /// </summary>
    /// <param name="tenant">The tenant of the counters.</param>
    /// <param name="id">The reservation's id.</param>
    /// <param name="uses">The counters.</param>
    /// <param name="generation">The latest generation the caller knows: older counters must not answer.</param>
    ValueTask<QuotaAnswer> CoverAsync(string tenant, string id, IReadOnlyList<CounterUse> uses, long generation);

    /// <summary>Replaces the reserved amounts with the used ones. False: the reservation does not exist, any more or at present.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The reservation's id.</param>
    /// <param name="nanoUsd">What the job cost.</param>
    /// <param name="outputTokens">Output tokens used; null: as many as were reserved.</param>
    ValueTask<bool> SettleAsync(string tenant, string id, long nanoUsd, long? outputTokens);

    /// <summary>The state of counters.</summary>
    ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses);

    /// <summary>The generation of a tenant's counters if only this store knows it; null: the ledger has it.</summary>
    long? GenerationOf(string tenant);

    /// <summary>Has a tenant's sums rebuilt from the ledger before anything more is granted; no effect without a ledger.</summary>
    Task RenewAsync(string tenant);
}
