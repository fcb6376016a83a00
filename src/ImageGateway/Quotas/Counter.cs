namespace ImageGateway.Quotas;

/// <summary>A sum with its reserved amount, or a token bucket, whose level is kept in 1/60 000 so that a refill is exact to the ms.</summary>
internal sealed class Counter(LimitKind kind, long? endsAt, long used = 0)
{
    private const long Unit = 60_000;

    private long _used = used;
    private long _held;
    private long _max;
    private long _taken;
    private long _refilledAt = long.MinValue;

    public bool IsSum => !kind.IsShort;

    public CounterState State => kind.Shape == LimitShape.Minute ? new CounterState((_taken + Unit - 1) / Unit, 0) : new CounterState(_used, _held);

    public bool HasRoom(long amount, long max) => kind.Shape == LimitShape.Minute ? _taken + (amount * Unit) <= max * Unit : _used + _held + amount <= max;

    public void Take(long amount)
    {
        if (kind.Shape == LimitShape.Minute)
            _taken += amount * Unit;
        else
            _held += amount;
    }

    // Reserved but unused tokens go back into the bucket; requested images stay counted.
    public void Settle(long held, long used, long max, long now)
    {
        if (kind.Shape != LimitShape.Minute)
        {
            _held -= held;
            _used += kind.Shape == LimitShape.Concurrent ? 0 : used;
        }
        else if (kind.Measure == Measure.OutputTokens)
        {
            Refill(max, now);
            _taken = Math.Max(0, _taken - ((held - used) * Unit));
        }
    }

    // A clock that goes back refills nothing.
    public void Refill(long max, long now)
    {
        if (kind.Shape != LimitShape.Minute)
            return;
        _max = max;
        if (_refilledAt != long.MinValue && now > _refilledAt)
            _taken = Math.Max(0, _taken - (max * Math.Min(now - _refilledAt, Unit)));
        _refilledAt = Math.Max(_refilledAt, now);
    }

    public long RetryAfterMs(long amount) => _max == 0 ? 0 : Math.Max(1, (_taken + (amount * Unit) - (_max * Unit) + _max - 1) / _max);

    public bool IsOver(long now) => endsAt is { } end ? end < now && _held == 0 : _max > 0 && now - _refilledAt > Unit && _held == 0;

    /// <summary>True for a sum that can be read from the ledger again, or is zero.</summary>
    public bool IsIdle(bool isInLedger) => IsSum && _held == 0 && (isInLedger || _used == 0);
}
