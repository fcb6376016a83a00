using System.Collections.Concurrent;

namespace ImageGateway.Routing.Load;

/// <summary>The status of every target, by name; it survives a reload of the configuration.</summary>
internal sealed class TargetRegistry(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, TargetStatus> _targets = new();
    private readonly ConcurrentDictionary<string, Counter> _tickets = new();

    /// <summary>A target's status.</summary>
    public TargetStatus Of(Target target) => Of(target.Name);

    /// <summary>
    /// Drains or enables a target by its name, even one that the configuration does not have now: the state applies when it
    /// comes back.
    /// </summary>
    public void Switch(string target, bool isDrained)
    {
        if (isDrained)
            Of(target).Drain();
        else
            Of(target).Enable();
    }

    /// <summary>A target's health and capacity for a job of so many calls and images.</summary>
    public TargetLoad Load(Target target, int calls, int images) => Of(target).Load(target, calls, images);

    /// <summary>The number of the next job of a route.</summary>
    public long NextTicket(string route) => Interlocked.Increment(ref _tickets.GetOrAdd(route, static _ => new Counter()).Value);

    /// <summary>The number that the next job of a route would have.</summary>
    public long PeekTicket(string route) => _tickets.TryGetValue(route, out var counter) ? Volatile.Read(ref counter.Value) + 1 : 0;

    private TargetStatus Of(string target) => _targets.GetOrAdd(target, static (_, clock) => new TargetStatus(clock), time);

    private sealed class Counter
    {
        public long Value = -1;
    }
}
