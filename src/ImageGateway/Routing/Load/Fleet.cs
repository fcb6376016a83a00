using System.Collections.Concurrent;

namespace ImageGateway.Routing.Load;

/// <summary>What is known of every target, by name: it outlives a reload of the configuration.</summary>
internal sealed class Fleet(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, TargetStatus> _targets = new();
    private readonly ConcurrentDictionary<string, Counter> _tickets = new();

    /// <summary>A target's status.</summary>
    public TargetStatus Of(Target target) => _targets.GetOrAdd(target.Name, static (_, clock) => new TargetStatus(clock), time);

    /// <summary>A target's health and room for a job of so many calls and pictures.</summary>
    public TargetLoad Load(Target target, int calls, int images) => Of(target).Load(target, calls, images);

    /// <summary>The number of the next job of a route.</summary>
    public long NextTicket(string route) => Interlocked.Increment(ref _tickets.GetOrAdd(route, static _ => new Counter()).Value);

    /// <summary>The number that the next job of a route would have.</summary>
    public long PeekTicket(string route) => _tickets.TryGetValue(route, out var counter) ? Volatile.Read(ref counter.Value) + 1 : 0;

    private sealed class Counter
    {
        public long Value = -1;
    }
}
