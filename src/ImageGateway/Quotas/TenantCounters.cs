namespace ImageGateway.Quotas;

/// <summary>
/// The counters and reservations of one tenant. One lock guards them, so that a reservation is one step. A request for an
/// unknown sum gets no answer; the caller builds the sum first.
/// </summary>
/// <param name="mayForget">True when the ledger has everything that is settled, so that a sum without reservations may be dropped.</param>
internal sealed class TenantCounters(bool mayForget)
{
    // Unneeded counters are dropped when there are this many.
    private const int Many = 8192;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Counter> _counters = [];
    private readonly Dictionary<string, List<Hold>> _reservations = [];

    // Settlements during a build: the ledger may have been read just before them.
    private readonly Dictionary<string, (long NanoUsd, long? OutputTokens)> _settled = [];
    private long _generation;
    private int _builds;
    private int _cleanAt = Many;

    // The counter itself, not its key: a counter that was forgotten and rebuilt knows the job from the ledger.
    private readonly record struct Hold(Counter Counter, CounterUse Use);

    /// <summary>
    /// How many times its sums were forgotten. An earlier grant is missing from the rebuilt sums, unless the ledger had its
    /// call by then.
    /// </summary>
    public long Generation => Volatile.Read(ref _generation);

    public QuotaAnswer? Reserve(string? id, IReadOnlyList<CounterUse> uses, long now)
    {
        lock (_lock)
        {
            if (Find(uses, now) is not { } counters)
                return null;
            if (id is not null && _reservations.ContainsKey(id))
                return Answer(counters);
            Span<long> more = stackalloc long[counters.Length];
            for (var i = 0; i < more.Length; i++)
                more[i] = uses[i].Amount;
            if (Refusing(uses, counters, more) is { } refused)
                return Answer(counters, refused.Place, refused.RetryAfterMs);
            for (var i = 0; i < counters.Length; i++)
                counters[i].Take(more[i]);
            if (id is not null)
                _reservations.Add(id, [.. counters.Select((counter, i) => new Hold(counter, uses[i]))]);
            return Answer(counters);
        }
    }

    public QuotaAnswer? Cover(string id, IReadOnlyList<CounterUse> uses, long now)
    {
        lock (_lock)
        {
            if (!_reservations.TryGetValue(id, out var held))
                return Reserve(id, uses, now);
            if (Find(uses, now) is not { } counters)
                return null;
            Span<long> more = stackalloc long[counters.Length];
            for (var i = 0; i < more.Length; i++)
                more[i] = Math.Max(0, Missing(held, counters[i], uses[i]));
            if (Refusing(uses, counters, more) is { } refused)
                return Answer(counters, refused.Place, refused.RetryAfterMs);
            for (var i = 0; i < counters.Length; i++)
            {
                if (more[i] == 0)
                    continue;
                var counter = counters[i];
                counter.Take(more[i]);
                held.RemoveAll(old => old.Counter == counter);
                held.Add(new Hold(counter, uses[i]));
            }
            return Answer(counters);
        }
    }

    public bool Settle(string id, long nanoUsd, long? outputTokens, long now)
    {
        lock (_lock)
        {
            if (_builds > 0)
                _settled[id] = (nanoUsd, outputTokens);
            if (!_reservations.Remove(id, out var held))
                return false;
            foreach (var (counter, use) in held)
                counter.Settle(use.Amount, Of(use.Measure, nanoUsd, outputTokens ?? use.Amount), use.Limit.Max, now);
            return true;
        }
    }

    public IReadOnlyList<CounterState>? Read(IReadOnlyList<CounterUse> uses, long now)
    {
        lock (_lock)
            return Find(uses, now) is { } counters ? States(counters) : null;
    }

    /// <summary>The unknown sums; <see cref="Build"/> must follow for them, with or without a result.</summary>
    public (List<CounterUse> Uses, long Generation) BeginBuild(IReadOnlyList<CounterUse> uses)
    {
        lock (_lock)
        {
            _builds++;
            return ([.. uses.Where(IsUnknown)], _generation);
        }
    }

    /// <summary>
    /// Initialises sums from the ledger: what is settled, and what open jobs reserve. A sum that was initialised meanwhile
    /// stays.
    /// </summary>
    /// <param name="uses">The sums.</param>
    /// <param name="generation">The generation when the build began: what was read for an earlier one lacks jobs that have confirmed since.</param>
    /// <param name="past">What was read since <see cref="BeginBuild"/>; null: the read failed.</param>
    public void Build(IReadOnlyList<CounterUse> uses, long generation, PastUse? past)
    {
        lock (_lock)
        {
            for (var i = 0; i < uses.Count && past is not null && generation == _generation; i++)
            {
                if (IsUnknown(uses[i]))
                    Begin(uses[i], Math.Max(0, past.Settled[i]), past.Open.Where(job => job.Amounts[i] is not null).Select(job => (job.Id, job.Amounts[i]!.Value)));
            }
            if (--_builds == 0)
                _settled.Clear();
        }
    }

    /// <summary>Forgets all sums: they are rebuilt before anything more is granted.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _generation++;
            Drop(counter => counter.IsSum);
        }
    }

    private void Begin(CounterUse use, long used, IEnumerable<(string Id, long Amount)> open)
    {
        var counter = new Counter(use.Limit.Kind, use.EndsAt, used);
        _counters.Add(use.Key, counter);
        foreach (var (id, amount) in open)
        {
            counter.Take(amount);
            if (_settled.TryGetValue(id, out var settled))
                counter.Settle(amount, Of(use.Measure, settled.NanoUsd, settled.OutputTokens ?? amount), use.Limit.Max, 0);
            else if (_reservations.TryGetValue(id, out var held))
                held.Add(new Hold(counter, use with { Amount = amount }));
            else
                _reservations.Add(id, [new Hold(counter, use with { Amount = amount })]);
        }
    }

    private static long Missing(List<Hold> held, Counter counter, CounterUse use) => use.Amount - (held.Find(old => old.Counter == counter).Use?.Amount ?? 0);

    // The first sum without room, for which waiting is in vain; else the counter that takes longest to have some.
    private static (int Place, long RetryAfterMs)? Refusing(IReadOnlyList<CounterUse> uses, Counter[] counters, ReadOnlySpan<long> more)
    {
        (int Place, long RetryAfterMs)? refusing = null;
        for (var i = 0; i < counters.Length; i++)
        {
            if (uses[i].Limit.Enforced is not { } most || counters[i].HasRoom(more[i], most))
                continue;
            if (counters[i].IsSum)
                return (i, 0);
            var wait = counters[i].RetryAfterMs(more[i]);
            if (refusing is not { } longest || wait > longest.RetryAfterMs)
                refusing = (i, wait);
        }
        return refusing;
    }

    private QuotaAnswer Answer(Counter[] counters, int refused = -1, long retryAfterMs = 0) => new(refused, retryAfterMs, States(counters)) { Generation = _generation };

    private static CounterState[] States(Counter[] counters) => Array.ConvertAll(counters, counter => counter.State);

    // Settlement changes only money and output tokens; images and requests stay as counted.
    private static long Of(Measure measure, long nanoUsd, long outputTokens) => measure switch
    {
        Measure.NanoUsd => nanoUsd,
        Measure.OutputTokens => outputTokens,
        _ => 0,
    };

    private bool IsUnknown(CounterUse use) => !use.Limit.Kind.IsShort && !_counters.ContainsKey(use.Key);

    private Counter[]? Find(IReadOnlyList<CounterUse> uses, long now)
    {
        Clean(now);
        var found = new Counter[uses.Count];
        for (var i = 0; i < found.Length; i++)
        {
            if (IsUnknown(uses[i]))
                return null;
            if (!_counters.TryGetValue(uses[i].Key, out var counter))
                _counters.Add(uses[i].Key, counter = new Counter(uses[i].Limit.Kind, uses[i].EndsAt));
            counter.Refill(uses[i].Limit.Max, now);
            found[i] = counter;
        }
        return found;
    }

    private void Clean(long now)
    {
        if (_counters.Count < _cleanAt)
            return;
        Drop(counter => counter.IsOver(now) || counter.IsIdle(mayForget));
        _cleanAt = Math.Max(Many, _counters.Count * 2);
    }

    private void Drop(Func<Counter, bool> isDropped)
    {
        foreach (var (key, counter) in _counters)
        {
            if (isDropped(counter))
                _counters.Remove(key);
        }
    }
}
