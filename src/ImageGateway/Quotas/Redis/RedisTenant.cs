using System.Collections.Concurrent;
using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>A tenant's keys in Redis, all under one hash tag, and this process's knowledge of the tenant.</summary>
internal sealed class RedisTenant
{
    private long _generation = -1;

    /// <summary>Creates it without any knowledge.</summary>
    /// <param name="id">The tenant's id.</param>
    /// <param name="link">The connection.</param>
    /// <param name="clock">The time in Unix ms for tests; null: the server's.</param>
    /// <param name="idleMs">How long it may be idle before Redis forgets it, in ms; 0: forever.</param>
    public RedisTenant(string id, RedisLink link, Func<long>? clock, long idleMs)
    {
        Id = id;
        Keys = [$"igw:{{{id}}}:counters", $"igw:{{{id}}}:times", $"igw:{{{id}}}:open", $"igw:{{{id}}}:lock"];
        Calls = new ScriptCalls(link, RedisScript.Calls, Keys, () => [clock?.Invoke() ?? 0, Generation, idleMs]);
    }

    public string Id { get; }

    /// <summary>The scripts' keys: counters, times, open reservations, lock.</summary>
    public RedisKey[] Keys { get; }

    /// <summary>Calls on its counters.</summary>
    public ScriptCalls Calls { get; }

    /// <summary>Counters that jobs of this process wait for, by key: the next rebuild builds them all.</summary>
    public ConcurrentDictionary<string, CounterUse> Wanted { get; } = new();

    /// <summary>One rebuild at a time in this process.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>The latest generation this process has seen; -1: none yet.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>Records a generation; an older one changes nothing.</summary>
    public void Saw(long generation)
    {
        var known = Generation;
        while (known < generation && Interlocked.CompareExchange(ref _generation, generation, known) is var now && now != known)
            known = now;
    }
}
