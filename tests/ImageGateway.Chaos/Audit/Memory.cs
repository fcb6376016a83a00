using System.Diagnostics;
using System.Diagnostics.Tracing;
using ImageGateway.Chaos.Fleet;
using Microsoft.Diagnostics.NETCore.Client;

namespace ImageGateway.Chaos.Audit;

/// <summary>
/// What a gateway's process has of memory, in bytes: what a full collection found alive, without the blocks that the gateway
/// keeps for the next bodies and answers, which are bounded; these blocks; the holes between objects that do not move, which are
/// filled again; and what is resident after it.
/// </summary>
internal sealed record Memory(double Live, double Idle, double Holes, double Resident)
{
    private const long CollectHeap = 0x800000;

    // As much as the blocks that may lie idle.
    private const double MostHoles = 32 << 20;

    // Connections to providers are kept for a minute after their last use.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Has it collect, and reads.</summary>
    public static async Task<Memory> OfAsync(Replica replica)
    {
        // Twice: what has a finalizer goes in the second.
        for (var i = 0; i < 2; i++)
            await CollectAsync(replica);
        var idle = await replica.MetricAsync("imagegateway_buffers_idle_bytes");
        // The runtime counts them as a part of the heap: 2 to 9 MB of it, by chance.
        var holes = await replica.MetricAsync("dotnet_gc_last_collection_heap_fragmentation_size_bytes");
        return new(await replica.MetricAsync("dotnet_gc_last_collection_heap_size_bytes") - holes - idle, idle, holes, 1024d * Kilobytes(replica.ProcessId));
    }

    /// <summary>Reads again and again until no more is alive than before, or long enough to say that it stays.</summary>
    public static async Task<Memory> BackAsync(Replica replica, Memory before, double room)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var now = await OfAsync(replica);
            if (now.Live <= before.Live * (1 + room) || clock.Elapsed > Patience)
                return now;
            await Task.Delay(Pause);
        }
    }

    /// <summary>Memory after the run against that after a third of its faults, when all that a process has once is there; holes have a bound of their own.</summary>
    public static Finding Check(IReadOnlyList<(string Name, Memory Before, Memory After)> replicas, double room)
    {
        var failures = replicas.Where(replica => replica.After.Live > replica.Before.Live * (1 + room)).Select(replica => $"{replica.Name}: {Shown(replica.Before.Live)} MB alive after a third of the faults, {Shown(replica.After.Live)} MB after");
        failures = failures.Concat(replicas.Where(replica => replica.After.Holes > MostHoles).Select(replica => $"{replica.Name}: {Shown(replica.After.Holes)} MB of holes"));
        return new($"memory is back to its base, within {room:P0}", string.Join(", ", replicas.Select(replica => $"{replica.Name} alive {Shown(replica.Before.Live)} → {Shown(replica.After.Live)} MB, {Shown(replica.After.Idle)} MB of idle blocks and {Shown(replica.Before.Holes)} → {Shown(replica.After.Holes)} MB of holes, resident {Shown(replica.Before.Resident)} → {Shown(replica.After.Resident)} MB")), [.. failures]);
    }

    // The runtime collects when a listener with this keyword comes.
    private static async Task CollectAsync(Replica replica)
    {
        var before = await replica.MetricAsync("dotnet_gc_collections_total");
        using var session = new DiagnosticsClient(replica.ProcessId).StartEventPipeSession(new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectHeap), requestRundown: false);
        var drained = session.EventStream.CopyToAsync(Stream.Null);
        for (var i = 0; i < 100 && await replica.MetricAsync("dotnet_gc_collections_total") == before; i++)
            await Task.Delay(50);
        session.Stop();
        await drained;
    }

    private static long Kilobytes(int process) => long.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))["VmRSS:".Length..].Trim().Split(' ')[0]);

    private static string Shown(double bytes) => $"{bytes / (1 << 20):0.0}";
}
