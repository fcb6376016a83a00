using ImageGateway.Chaos.Audit;
using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Faults;

/// <summary>
/// Faults in an order drawn by the seed: one lane for machines and one for providers, so that one of each may meet. A lane takes
/// every fault once before it takes one again.
/// </summary>
internal sealed class Schedule(FleetSystem fleet, int seed, Action<string> tell)
{
    private readonly Dictionary<string, int> _count = [];
    private readonly Lane[] _lanes = [new([.. Fault.OfMachines], new Random(seed)), new([.. Fault.OfProviders], new Random(seed + 1))];

    /// <summary>Whether each fault has struck; a run of less than a minute is too short for all.</summary>
    public Finding Struck()
    {
        var never = Fault.OfMachines.Concat(Fault.OfProviders).Where(fault => !_count.ContainsKey(fault.Name)).Select(fault => $"'{fault.Name}' has not");
        return new("every fault has struck", $"{string.Join(", ", _count.Select(fault => $"{fault.Key} {fault.Value}"))}{(FleetSystem.HasSmallDisk ? "" : "; no full disk, which takes root")}", [.. never]);
    }

    /// <summary>Lets them strike for so long, from where they were; when this returns, all is mended.</summary>
    public Task RunAsync(TimeSpan length) => Task.WhenAll(_lanes.Select(lane => RunAsync(lane, length)));

    private async Task RunAsync(Lane lane, TimeSpan length)
    {
        using var over = new CancellationTokenSource(length);
        while (!over.IsCancellationRequested)
        {
            var fault = lane.Next();
            tell(fault.Name);
            lock (_count)
                _count[fault.Name] = _count.GetValueOrDefault(fault.Name) + 1;
            await fault.RunAsync(fleet, lane.Random);
            await Task.Delay(lane.Random.Next(300, 1500));
        }
    }

    private sealed class Lane(Fault[] faults, Random random)
    {
        private int _number;

        public Random Random => random;

        public Fault Next()
        {
            if (_number % faults.Length == 0)
                random.Shuffle(faults);
            return faults[_number++ % faults.Length];
        }
    }
}
