using ImageGateway.Quotas;

namespace ImageGateway.Tests.Quotas;

/// <summary>What a store must answer, as plainly as it can be said: each counter is the sum of what was settled and what is held.</summary>
internal sealed class QuotaOracle
{
    private const decimal Unit = 60_000;

    private readonly Dictionary<string, List<(CounterUse Use, long Amount)>> _held = [];
    private readonly Dictionary<string, long> _settled = [];

    // Taken, times 60 000, so that what comes back in a ms is whole.
    private readonly Dictionary<string, (decimal Taken, DateTimeOffset At)> _buckets = [];

    /// <summary>The reservations that are open.</summary>
    public IReadOnlyList<string> Open => [.. _held.Keys.Order()];

    public CounterState State(CounterUse use) => use.Shape == LimitShape.Minute
        ? new CounterState((long)Math.Ceiling(Taken(use) / Unit), 0)
        : new CounterState(_settled.GetValueOrDefault(use.Key), _held.Values.SelectMany(uses => uses).Where(held => held.Use.Key == use.Key).Sum(held => held.Amount));

    /// <summary>The place of the counter that refuses; -1: granted.</summary>
    public int Reserve(string id, IReadOnlyList<CounterUse> uses)
    {
        if (_held.ContainsKey(id))
            return -1;
        if (Refusing(uses, [.. uses.Select(use => use.Amount)]) is { } refused)
            return refused;
        foreach (var use in uses.Where(use => use.Shape == LimitShape.Minute))
            _buckets[use.Key] = (Taken(use) + (use.Amount * Unit), use.Now);
        _held.Add(id, [.. uses.Select(use => (use, use.Amount))]);
        return -1;
    }

    /// <summary>Holds at least these amounts: the place of the counter that refuses; -1: granted.</summary>
    public int Cover(string id, IReadOnlyList<CounterUse> uses)
    {
        if (!_held.TryGetValue(id, out var held))
            return Reserve(id, uses);
        var more = uses.Select(use => Math.Max(0, use.Amount - held.Find(old => old.Use.Key == use.Key).Amount)).ToList();
        if (Refusing(uses, more) is { } refused)
            return refused;
        for (var i = 0; i < uses.Count; i++)
        {
            if (uses[i].Shape == LimitShape.Minute)
                _buckets[uses[i].Key] = (Taken(uses[i]) + (more[i] * Unit), uses[i].Now);
            if (more[i] > 0)
            {
                held.RemoveAll(old => old.Use.Key == uses[i].Key);
                held.Add((uses[i], uses[i].Amount));
            }
        }
        return -1;
    }

    // The first sum, for which waiting is in vain; else the one that takes longest to have room.
    private int? Refusing(IReadOnlyList<CounterUse> uses, List<long> more)
    {
        var full = Enumerable.Range(0, uses.Count).Where(i => uses[i].Limit.Enforced is { } most && !HasRoom(uses[i], more[i], most)).ToList();
        return full.Where(i => uses[i].Shape is LimitShape.Day or LimitShape.Month or LimitShape.Total)
            .Concat(full.OrderByDescending(i => Wait(uses[i], more[i])))
            .Cast<int?>()
            .FirstOrDefault();
    }

    private decimal Wait(CounterUse use, long more) =>
        use.Shape == LimitShape.Minute ? Math.Max(1, Math.Ceiling((Taken(use) + (more * Unit) - (use.Limit.Max * Unit)) / use.Limit.Max)) : 0;

    /// <summary>Settles at a share of what is held: the amounts of money and tokens used.</summary>
    public bool Settle(string id, long nanoUsd, long? tokens, DateTimeOffset now)
    {
        if (!_held.Remove(id, out var uses))
            return false;
        foreach (var (use, amount) in uses)
        {
            var used = use.Measure switch { Measure.NanoUsd => nanoUsd, Measure.OutputTokens => tokens ?? amount, _ => 0 };
            if (use.Shape == LimitShape.Minute && use.Measure == Measure.OutputTokens)
                _buckets[use.Key] = (Math.Max(0, Taken(use with { Now = now }) - ((amount - used) * Unit)), now);
            else if (use.Shape is LimitShape.Day or LimitShape.Month or LimitShape.Total)
                _settled[use.Key] = _settled.GetValueOrDefault(use.Key) + used;
        }
        return true;
    }

    /// <summary>What is held of money and of tokens.</summary>
    public (long NanoUsd, long Tokens) Held(string id) =>
        (_held[id].Where(held => held.Use.Measure == Measure.NanoUsd).Select(held => held.Amount).FirstOrDefault(), _held[id].Where(held => held.Use.Measure == Measure.OutputTokens).Select(held => held.Amount).FirstOrDefault());

    private bool HasRoom(CounterUse use, long amount, long most)
    {
        var state = State(use);
        return use.Shape == LimitShape.Minute ? Taken(use) + (amount * Unit) <= most * Unit : state.Used + state.Held + amount <= most;
    }

    private decimal Taken(CounterUse use)
    {
        if (!_buckets.TryGetValue(use.Key, out var bucket))
            return 0;
        return Math.Max(0, bucket.Taken - (use.Limit.Max * (decimal)(use.Now - bucket.At).TotalMilliseconds));
    }
}
