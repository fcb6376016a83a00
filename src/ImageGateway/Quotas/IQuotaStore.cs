namespace ImageGateway.Quotas;

/// <summary>One counter that a job uses, and by how much.</summary>
/// <param name="Scope">Whose: <c>tenant:acme</c>.</param>
/// <param name="Limit">What limits it.</param>
/// <param name="Amount">What is held, or taken of a bucket.</param>
/// <param name="Now">The moment, which decides the window.</param>
internal sealed record CounterUse(string Scope, Limit Limit, long Amount, DateTimeOffset Now)
{
    /// <summary>Scope, kind and window: <c>tenant:acme|usd_per_day|2026-11-21</c>.</summary>
    public string Key { get; } = $"{Scope}|{Limit.Kind.Word}|{Limit.Kind.Window(Now)}";

    public LimitShape Shape => Limit.Kind.Shape;

    public Measure Measure => Limit.Kind.Measure;

    /// <summary>When its counter may be forgotten once nothing is held, in Unix ms; null: never.</summary>
    public long? EndsAt { get; } = Limit.Kind.Shape == LimitShape.Concurrent ? 0 : Limit.Kind.End(Now)?.ToUnixTimeMilliseconds();
}

/// <summary>A budget that a job has used, or that refused one.</summary>
/// <param name="Use">The budget.</param>
/// <param name="HasRefused">True when it refused a job for what is spent of it, not only for what jobs in flight hold.</param>
internal sealed record TouchedBudget(CounterUse Use, bool HasRefused);

/// <summary>How a counter stands: what is settled and what is held, or how much is left in a bucket and when it is full again.</summary>
/// <param name="Used">Settled; of a bucket what was taken and has not come back.</param>
/// <param name="Held">Held by jobs in flight.</param>
internal readonly record struct CounterState(long Used, long Held)
{
    public long Remaining(long max) => Math.Max(0, max - Used - Held);
}

/// <summary>The answer to a reservation.</summary>
/// <param name="Refused">The place of the counter that refuses in what was asked; -1: granted.</param>
/// <param name="RetryAfterMs">When the refusing bucket has enough, in ms.</param>
/// <param name="States">The counters afterwards, in the order asked.</param>
internal sealed record QuotaAnswer(int Refused, long RetryAfterMs, IReadOnlyList<CounterState> States)
{
    public bool IsGranted => Refused < 0;

    /// <summary>The generation of the counters that answered; -1: no store answered.</summary>
    public long? Generation { get; init; }
}

/// <summary>
/// Holds the counters of quotas. All counters of a reservation are of one tenant, and are checked and taken in one atomic
/// step: all or nothing. Reservations are known by an id, so that every call may be repeated.
/// </summary>
internal interface IQuotaStore
{
    /// <summary>Holds the amounts, if every counter has room for its own.</summary>
    /// <param name="tenant">Whose counters they are.</param>
    /// <param name="id">The reservation's id; null: only buckets are taken of, and nothing is settled.</param>
    /// <param name="uses">The counters.</param>
    ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses);

    /// <summary>
    /// Holds at least these amounts for a job whose intent is durable: what its reservation holds less is added, and one that
    /// was lost is made again, if there is room for all that the counters hold then.
    /// </summary>
    /// <param name="tenant">Whose counters they are.</param>
    /// <param name="id">The reservation's id.</param>
    /// <param name="uses">The counters.</param>
    /// <param name="generation">The latest generation the caller knows of: no older counters may answer.</param>
    ValueTask<QuotaAnswer> CoverAsync(string tenant, string id, IReadOnlyList<CounterUse> uses, long generation);

    /// <summary>Puts what was used in the place of what was held. False: there is no such reservation, no longer or not now.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="id">The reservation's id.</param>
    /// <param name="nanoUsd">What the job cost.</param>
    /// <param name="outputTokens">Output tokens used; null: as many as were held.</param>
    ValueTask<bool> SettleAsync(string tenant, string id, long nanoUsd, long? outputTokens);

    /// <summary>How counters stand.</summary>
    ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses);

    /// <summary>The generation of a tenant's counters where this store alone knows it; null: the ledger does.</summary>
    long? GenerationOf(string tenant);

    /// <summary>Has the sums of a tenant built again from the ledger before anything more is granted; does nothing without a ledger.</summary>
    Task RenewAsync(string tenant);
}
