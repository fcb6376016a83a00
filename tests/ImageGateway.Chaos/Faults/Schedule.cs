using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Faults;

/// <summary>
/// Faults in an order drawn by the seed: one lane for machines and one for providers, so that one of each may meet. A lane takes
/// every fault once before it takes one again.
/// </summary>
internal sealed class Schedule(FleetSystem fleet, int seed, Action<string> tell)
{
    private readonly Dictionary<string, int> _count = [];

    /// <summary>How often each fault has struck.</summary>
    public IReadOnlyDictionary<string, int> Count => _count;

    /// <summary>Lets them strike for so long; when this returns, all is mended.</summary>
    public Task RunAsync(TimeSpan length) =>
        Task.WhenAll(LaneAsync([.. Fault.OfMachines], new Random(seed), length), LaneAsync([.. Fault.OfProviders], new Random(seed + 1), length));

    private async Task LaneAsync(Fault[] faults, Random random, TimeSpan length)
    {
        using var over = new CancellationTokenSource(length);
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            if (i % faults.Length == 0)
                random.Shuffle(faults);
            var fault = faults[i % faults.Length];
            tell(fault.Name);
            lock (_count)
                _count[fault.Name] = _count.GetValueOrDefault(fault.Name) + 1;
            await fault.RunAsync(fleet, random);
            await Task.Delay(random.Next(300, 1500));
        }
    }
}
