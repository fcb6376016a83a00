using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>
/// Rebuilds a tenant's counters from the ledger: all of them when they are lost, or the unknown ones when a window or a limit
/// is new. One process at a time does so, under a lock in Redis that disappears if Redis loses its data or its role, so that
/// what was read from the ledger before such a loss is never written after it.
/// </summary>
internal sealed class CounterRebuild(RedisLink link, IQuotaHistory history, Func<long>? clock)
{
    private const int AtOnce = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>How long a tenant may be idle before Redis forgets it, in ms; 0: forever, since nothing else has its sums.</summary>
    public long IdleMs { get; } = history.IsKept ? (long)TimeSpan.FromDays(40).TotalMilliseconds : 0;

    /// <summary>Builds what this job and concurrent ones wait for. False: another process did, and may have built other counters.</summary>
    public async Task<bool> RunAsync(RedisTenant tenant, IReadOnlyList<CounterUse> uses)
    {
        List<CounterUse> mine = [.. uses.Where(use => use.Shape != LimitShape.Minute)];
        foreach (var use in mine)
            tenant.Wanted[use.Key] = use;
        if (!await tenant.Gate.WaitAsync(Patience))
            throw RedisLink.Unavailable(null);
        try
        {
            if (mine.Count > 0 && !mine.Exists(use => tenant.Wanted.ContainsKey(use.Key)))
                return false;
            return await BuildAsync(tenant, Take(tenant));
        }
        finally
        {
            tenant.Gate.Release();
        }
    }

    private static List<CounterUse> Take(RedisTenant tenant)
    {
        var taken = new List<CounterUse>();
        foreach (var (key, use) in tenant.Wanted)
        {
            if (taken.Count < AtOnce && tenant.Wanted.TryRemove(key, out _))
                taken.Add(use);
        }
        return taken;
    }

    private async Task<bool> BuildAsync(RedisTenant tenant, List<CounterUse> uses)
    {
        var owner = $"{Guid.NewGuid():N}:";
        var state = await link.RunAsync(RedisScript.Lock, tenant.Keys, [Now, tenant.Generation, owner]);
        if (RedisAnswer.Word(state) == "locked")
        {
            await Task.Delay(Pause);
            return false;
        }
        tenant.Saw(RedisAnswer.Word(state) == "ok" ? RedisAnswer.Number(state, 1) : await history.NextGenerationAsync(tenant.Id));
        // Not one seen later: it would be newer than the data read.
        var generation = tenant.Generation;
        var past = await history.ReadAsync(tenant.Id, uses);
        var answer = await link.RunAsync(RedisScript.Begin, tenant.Keys, Values(generation, owner, uses, past));
        if (RedisAnswer.Word(answer) == "ok")
            tenant.Saw(RedisAnswer.Number(answer, 1));
        return true;
    }

    private long Now => clock?.Invoke() ?? 0;

    private RedisValue[] Values(long generation, string owner, List<CounterUse> uses, PastUse past)
    {
        var values = new List<RedisValue> { Now, generation, owner, IdleMs, uses.Count };
        for (var i = 0; i < uses.Count; i++)
            values.AddRange([uses[i].Key, RedisArguments.End(uses[i], history.IsKept), Math.Max(0, past.Settled[i])]);
        foreach (var job in past.Open)
        {
            var counted = Enumerable.Range(0, uses.Count).Where(i => job.Amounts[i] is not null).ToList();
            values.AddRange([job.Id, counted.Count]);
            foreach (var i in counted)
                values.AddRange(RedisArguments.Held(uses[i], job.Amounts[i]!.Value));
        }
        return [.. values];
    }
}
