using System.Collections.Concurrent;
using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>A tenant's keys in Redis, all under one hash tag, and what this process knows of it.</summary>
internal sealed class RedisTenant
{
    private long _generation = -1;

    /// <summary>Knows nothing of it yet.</summary>
    /// <param name="id">The tenant's.</param>
    /// <param name="link">The connection.</param>
    /// <param name="clock">The moment in Unix ms for tests; null: the server's.</param>
    /// <param name="idleMs">How long it may ask nothing before Redis forgets it, in ms; 0: for ever.</param>
    public RedisTenant(string id, RedisLink link, Func<long>? clock, long idleMs)
    {
        Id = id;
        Keys = [$"igw:{{{id}}}:counters", $"igw:{{{id}}}:times", $"igw:{{{id}}}:open", $"igw:{{{id}}}:lock"];
        Calls = new ScriptCalls(link, RedisScript.Calls, Keys, () => [clock?.Invoke() ?? 0, Generation, idleMs]);
    }

    public string Id { get; }

    /// <summary>As the scripts know them: counters, times, open reservations, lock.</summary>
    public RedisKey[] Keys { get; }

    /// <summary>What is asked of its counters.</summary>
    public ScriptCalls Calls { get; }

    /// <summary>Counters that jobs of this process wait for, by key: whoever builds next builds them all.</summary>
    public ConcurrentDictionary<string, CounterUse> Wanted { get; } = new();

    /// <summary>One rebuild at a time in this process.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>The latest generation this process has seen; -1: none yet.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>Notes a generation that was seen; an older one changes nothing.</summary>
    public void Saw(long generation)
    {
        var known = Generation;
        while (known < generation && Interlocked.CompareExchange(ref _generation, generation, known) is var now && now != known)
            known = now;
    }
}
