using ImageGateway.Quotas;

namespace ImageGateway.Tests.Quotas;

/// <summary>A ledger in memory: what is settled of each counter, and which jobs are open.</summary>
internal sealed class FakeLedger : IQuotaHistory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _generations = [];
    private readonly Dictionary<string, (long NanoUsd, string[] Counters)> _open = [];
    private readonly Dictionary<string, (long NanoUsd, string[] Counters)> _ended = [];

    public bool IsKept => true;

    /// <summary>How many times counters were built again.</summary>
    public long Rebuilds { get; private set; }

    /// <summary>How many times it was read.</summary>
    public int Reads { get; private set; }

    /// <summary>A job announces a call: what it may cost, and which counters it is of. The generation that is in force then.</summary>
    public long Intend(string id, long worst, IEnumerable<CounterUse> uses, string tenant = "acme")
    {
        lock (_lock)
        {
            _open[id] = (worst, [.. uses.Select(use => use.Key)]);
            return _generations.GetValueOrDefault(tenant);
        }
    }

    /// <summary>A job is over.</summary>
    public void Close(string id, long cost)
    {
        lock (_lock)
        {
            if (_open.Remove(id, out var job))
                _ended[id] = (cost, job.Counters);
        }
    }

    public ValueTask<long> GenerationAsync(string tenant)
    {
        lock (_lock)
            return new(_generations.GetValueOrDefault(tenant));
    }

    public ValueTask<long> NextGenerationAsync(string tenant)
    {
        lock (_lock)
        {
            Rebuilds++;
            return new(_generations[tenant] = _generations.GetValueOrDefault(tenant) + 1);
        }
    }

    public ValueTask<PastUse> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses)
    {
        lock (_lock)
        {
            Reads++;
            var settled = uses.Select(use => use.Measure == Measure.NanoUsd ? _ended.Values.Where(job => job.Counters.Contains(use.Key)).Sum(job => job.NanoUsd) : 0);
            var open = _open.Select(job => new OpenJob(job.Key, [.. uses.Select(use => Held(use, job.Value.NanoUsd, job.Value.Counters))]));
            return new(new PastUse([.. settled], [.. open]));
        }
    }

    private static long? Held(CounterUse use, long nanoUsd, string[] counters) => !counters.Contains(use.Key) ? null : use.Measure switch
    {
        Measure.NanoUsd => nanoUsd,
        Measure.OutputTokens => 0,
        _ => 1,
    };

    public ValueTask<IReadOnlyList<string>> OpenAsync(IReadOnlyCollection<string> ids)
    {
        lock (_lock)
            return new([.. ids.Where(_open.ContainsKey)]);
    }

    public ValueTask<IReadOnlyList<EndedJob>> EndedAsync(IReadOnlyCollection<string> ids)
    {
        lock (_lock)
            return new([.. ids.Where(_ended.ContainsKey).Select(id => new EndedJob(id, _ended[id].NanoUsd, 0))]);
    }
}
