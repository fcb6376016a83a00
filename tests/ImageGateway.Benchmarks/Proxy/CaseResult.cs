using ImageGateway.Benchmarks.Reporting;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>The measurements of one case, by system and round.</summary>
internal sealed record CaseResult(ProxyCase Case, IReadOnlyDictionary<string, List<Measurement>> Rounds)
{
    public IEnumerable<string> Systems => Rounds.Keys;

    /// <summary>Median over the rounds.</summary>
    public double Median(string system, Func<Measurement, double> figure) => Rounds[system].Select(figure).Median();

    /// <summary>KB allocated for a request; null of a system that does not say.</summary>
    public double? Allocated(string system) => Rounds[system].Exists(one => one.Heap is null) ? null : Median(system, one => one.Heap!.Value.Bytes / 1000 / one.Requests);

    /// <summary>Collections of each generation in all rounds together; empty of a system that does not say.</summary>
    public string Collections(string system)
    {
        var heaps = Rounds[system].ConvertAll(one => one.Heap ?? default);
        return Allocated(system) is null ? "-" : $"{heaps.Sum(heap => heap.Gen0)}/{heaps.Sum(heap => heap.Gen1)}/{heaps.Sum(heap => heap.Gen2)}";
    }

    /// <summary>
    /// The median of what <paramref name="compare"/> makes of both systems' figures in each round, which took turns
    /// within seconds and so shared the machine's mood; null when <paramref name="basis"/> was not measured.
    /// </summary>
    public double? Against(string basis, string system, Func<Measurement, double> figure, Func<double, double, double> compare) =>
        Rounds.TryGetValue(basis, out var others)
            ? Rounds[system].Zip(others, (own, other) => compare(figure(own), figure(other))).Median()
            : null;
}
