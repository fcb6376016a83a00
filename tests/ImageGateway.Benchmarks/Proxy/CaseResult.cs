using ImageGateway.Benchmarks.Reporting;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>The measurements of one case, by system and round.</summary>
internal sealed record CaseResult(ProxyCase Case, IReadOnlyDictionary<string, List<Measurement>> Rounds)
{
    public IEnumerable<string> Systems => Rounds.Keys;

    /// <summary>Median over the rounds.</summary>
    public double Median(string system, Func<Measurement, double> figure) => Rounds[system].Select(figure).Median();

    /// <summary>
    /// The median of what <paramref name="compare"/> makes of both systems' figures in each round, which took turns
    /// within seconds and so shared the machine's mood; null when <paramref name="basis"/> was not measured.
    /// </summary>
    public double? Against(string basis, string system, Func<Measurement, double> figure, Func<double, double, double> compare) =>
        Rounds.TryGetValue(basis, out var others)
            ? Rounds[system].Zip(others, (own, other) => compare(figure(own), figure(other))).Median()
            : null;
}
