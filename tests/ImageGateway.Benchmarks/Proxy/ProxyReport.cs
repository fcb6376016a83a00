using ImageGateway.Benchmarks.Reporting;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>The tables of the <c>proxy</c> command.</summary>
internal static class ProxyReport
{
    public static string Throughput(IEnumerable<CaseResult> results, bool markdown)
    {
        var table = new Table(2, "case", "system", "req/s", "p50 ms", "p99 ms", "CPU s/1000", "peak MB", "KB/req", "GC 0/1/2", "x yarp");
        foreach (var result in results)
        {
            foreach (var system in result.Systems)
            {
                table.Add(
                    result.Case.Name,
                    system,
                    Figure(result.Median(system, one => one.PerSecond)),
                    Figure(result.Median(system, one => one.P50)),
                    Figure(result.Median(system, one => one.P99)),
                    Figure(result.Median(system, one => one.CpuSecondsPerThousand)),
                    $"{result.Median(system, one => one.PeakBytes) / 1e6:0}",
                    Figure(result.Allocated(system)),
                    result.Collections(system),
                    Figure(result.Against(ProxySystem.Yarp, system, one => one.PerSecond, (own, yarp) => own / yarp)));
            }
        }
        return table.ToText(markdown);
    }

    public static string FirstEvent(IEnumerable<CaseResult> results, bool markdown)
    {
        var table = new Table(2, "case", "system", "first event ms", "p99 ms", "over direct ms");
        foreach (var result in results)
        {
            foreach (var system in result.Systems)
            {
                table.Add(
                    result.Case.Name,
                    system,
                    Figure(result.Median(system, one => one.P50)),
                    Figure(result.Median(system, one => one.P99)),
                    Figure(result.Against(ProxySystem.Direct, system, one => one.P50, (own, direct) => own - direct)));
            }
        }
        return table.ToText(markdown);
    }

    /// <summary>Three significant digits or so.</summary>
    private static string Figure(double? value) => value switch
    {
        null => "-",
        >= 100 => $"{value:0}",
        >= 10 => $"{value:0.0}",
        >= 0.1 or <= 0 => $"{value:0.00}",
        _ => $"{value:0.000}",
    };
}
