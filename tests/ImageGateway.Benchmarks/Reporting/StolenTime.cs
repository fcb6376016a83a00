using System.Globalization;

namespace ImageGateway.Benchmarks.Reporting;

/// <summary>
/// What the host of this virtual machine did for others while something here was ready to run (steal of proc_stat(5)), since this
/// was made: with much of it, figures say more of the host than of what was measured.
/// </summary>
internal sealed class StolenTime
{
    private readonly long[] _since = Read();

    /// <summary>Of the time of all processors, from 0 to 1.</summary>
    public double Share
    {
        get
        {
            var spent = Read().Zip(_since, (now, then) => now - then).ToArray();
            return spent[7] / (double)Math.Max(1, spent.Sum());
        }
    }

    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is in the first two.
    private static long[] Read() =>
        [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(ticks => long.Parse(ticks, CultureInfo.InvariantCulture))];
}
