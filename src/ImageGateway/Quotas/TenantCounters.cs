namespace ImageGateway.Quotas;

/// <summary>The counters and reservations of one tenant. One lock guards them, so that a reservation is one step.</summary>
internal sealed class TenantCounters
{
    // Counters of windows that are over, and buckets that are full, are dropped when there are many.
    private const int Many = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Counter> _counters = [];
    private readonly Dictionary<string, List<CounterUse>> _reservations = [];
    private int _cleanAt = Many;

    public QuotaAnswer Reserve(string? id, IReadOnlyList<CounterUse> uses, long now)
    {
        lock (_lock)
        {
            var counters = new Counter[uses.Count];
            var repeated = id is not null && _reservations.ContainsKey(id);
            for (var i = 0; i < counters.Length; i++)
            {
                counters[i] = Of(uses[i], now);
                if (!repeated && uses[i].Limit.Enforced is { } most && !counters[i].HasRoom(uses[i].Amount, most, uses[i].Shape))
                    return new QuotaAnswer(i, counters[i].RetryAfterMs(uses[i].Amount), States(uses, now));
            }
            for (var i = 0; i < counters.Length && !repeated; i++)
                counters[i].Take(uses[i].Amount, uses[i].Shape);
            if (id is not null && !repeated)
                _reservations.Add(id, [.. uses]);
            return new QuotaAnswer(-1, 0, States(uses, now));
        }
    }

    public QuotaAnswer Cover(string id, IReadOnlyList<CounterUse> uses, long now)
    {
        lock (_lock)
        {
            if (!_reservations.TryGetValue(id, out var held))
                return Reserve(id, uses, now);
            for (var i = 0; i < uses.Count; i++)
            {
                var (counter, more) = (Of(uses[i], now), Missing(held, uses[i]));
                if (uses[i].Limit.Enforced is { } most && !counter.HasRoom(Math.Max(0, more), most, uses[i].Shape))
                    return new QuotaAnswer(i, counter.RetryAfterMs(more), States(uses, now));
            }
            foreach (var use in uses)
            {
                if (Missing(held, use) is > 0 and var more)
                {
                    Of(use, now).Take(more, use.Shape);
                    held.RemoveAll(old => old.Key == use.Key);
                    held.Add(use);
                }
            }
            return new QuotaAnswer(-1, 0, States(uses, now));
        }
    }

    public bool Settle(string id, long nanoUsd, long? outputTokens, long now)
    {
        lock (_lock)
        {
            if (!_reservations.Remove(id, out var uses))
                return false;
            foreach (var use in uses)
                Of(use, now).Settle(use.Amount, Of(use.Measure, nanoUsd, outputTokens ?? use.Amount), use);
            Clean(now);
            return true;
        }
    }

    public IReadOnlyList<CounterState> Read(IReadOnlyList<CounterUse> uses, long now)
    {
        lock (_lock)
            return States(uses, now);
    }

    /// <summary>Those of the counters that are not known yet and whose window began before <paramref name="since"/>: their sums are in the ledger.</summary>
    public List<CounterUse> Unknown(IReadOnlyList<CounterUse> uses, DateTimeOffset since)
    {
        lock (_lock)
            return [.. uses.Where(use => use.Shape is LimitShape.Day or LimitShape.Month or LimitShape.Total && !_counters.ContainsKey(use.Key) && (use.Limit.Kind.Start(use.Now) is not { } start || start < since))];
    }

    /// <summary>Begins a counter with what the ledger knows; one that was begun meanwhile stays.</summary>
    public void Begin(CounterUse use, long used)
    {
        lock (_lock)
            _counters.TryAdd(use.Key, new Counter(use.EndsAt, used));
    }

    private static long Missing(List<CounterUse> held, CounterUse use) => use.Amount - (held.Find(old => old.Key == use.Key)?.Amount ?? 0);

    private CounterState[] States(IReadOnlyList<CounterUse> uses, long now)
    {
        var states = new CounterState[uses.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = Of(uses[i], now).State(uses[i].Shape);
        return states;
    }

    // What a job asks for and what it used are amounts of money and of output tokens; pictures and requests stay as they were.
    private static long Of(Measure measure, long nanoUsd, long outputTokens) => measure switch
    {
        Measure.NanoUsd => nanoUsd,
        Measure.OutputTokens => outputTokens,
        _ => 0,
    };

    private Counter Of(CounterUse use, long now)
    {
        if (!_counters.TryGetValue(use.Key, out var counter))
            _counters.Add(use.Key, counter = new Counter(use.EndsAt));
        if (use.Shape == LimitShape.Minute)
            counter.Refill(use.Limit.Max, now);
        return counter;
    }

    private void Clean(long now)
    {
        if (_counters.Count < _cleanAt)
            return;
        foreach (var (key, counter) in _counters.ToList())
        {
            if (counter.IsOver(now))
                _counters.Remove(key);
        }
        _cleanAt = Math.Max(Many, _counters.Count * 2);
    }

    /// <summary>A sum with what is held, or a bucket, whose level is kept in 1/60 000 so that a refill is exact to the ms.</summary>
    private sealed class Counter(long? endsAt, long used = 0)
    {
        private const long Unit = 60_000;

        private long _used = used;
        private long _held;
        private long _max;
        private long _taken;
        private long _refilledAt = long.MinValue;

        public bool HasRoom(long amount, long max, LimitShape shape) =>
            shape == LimitShape.Minute ? _taken + (amount * Unit) <= max * Unit : _used + _held + amount <= max;

        public void Take(long amount, LimitShape shape)
        {
            if (shape == LimitShape.Minute)
                _taken += amount * Unit;
            else
                _held += amount;
        }

        // Tokens that were held and not used go back into the bucket; pictures were asked for, and stay counted.
        public void Settle(long held, long used, CounterUse use)
        {
            if (use.Shape != LimitShape.Minute)
            {
                _held -= held;
                _used += use.Shape == LimitShape.Concurrent ? 0 : used;
            }
            else if (use.Measure == Measure.OutputTokens)
            {
                _taken = Math.Max(0, _taken - ((held - used) * Unit));
            }
        }

        // A clock that goes back refills nothing.
        public void Refill(long max, long now)
        {
            _max = max;
            if (_refilledAt != long.MinValue && now > _refilledAt)
                _taken = Math.Max(0, _taken - (max * Math.Min(now - _refilledAt, Unit)));
            _refilledAt = Math.Max(_refilledAt, now);
        }

        public long RetryAfterMs(long amount) => _max == 0 ? 0 : Math.Max(1, (_taken + (amount * Unit) - (_max * Unit) + _max - 1) / _max);

        public CounterState State(LimitShape shape) => shape == LimitShape.Minute ? new CounterState((_taken + Unit - 1) / Unit, 0) : new CounterState(_used, _held);

        public bool IsOver(long now) => endsAt is { } end ? end < now && _held == 0 : _max > 0 && now - _refilledAt > Unit && _held == 0;
    }
}
