using System.Globalization;
using ImageGateway.Benchmarks.Ledger;
using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Processes;
using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Benchmarks.Reporting;

namespace ImageGateway.Benchmarks.Growth;

/// <summary>
/// What a request costs when there is more of something: tenants, all of which ask in turns; targets of one route; entries in the
/// ledger. Everything is on. The gateways of one kind take turns, so that the ratio shows growth and not the machine's mood.
/// </summary>
internal static class GrowthCommand
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);
    // What a gateway carries, and what it adds alone.
    private static readonly ProxyCase[] Cases = [ProxyCase.Parse("1.5MB/16"), ProxyCase.Parse("2KB/16")];

    /// <summary>Measures and prints.</summary>
    /// <param name="args">How many entries the full ledger has; 1 000 000 when it is not said.</param>
    public static int Run(string[] args)
    {
        var entries = 1_000_000;
        if (args.Length > 1 || (args.Length == 1 && (!int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out entries) || entries == 0)))
        {
            Console.Error.WriteLine($"'{string.Join(' ', args)}' is no number of entries.");
            return 2;
        }
        Console.WriteLine(Machine.Describe(TimeProvider.System));
        var table = new Table(2, "case", "with", "req/s", "p50 ms", "CPU s/1000", "KB/req", "CPU x the first");
        Compare(table, start => [Tenants(start, 10), Tenants(start, 1_000), Tenants(start, 10_000)]);
        Compare(table, start => [Targets(start, 1), Targets(start, 10), Targets(start, 100)]);
        Compare(table, start => [Entries(start, 0), Entries(start, entries)]);
        Console.WriteLine(table.ToText(markdown: true));
        return 0;
    }

    private static ProxySystem Tenants(SystemStart start, int count) => start.Gateway($"{count} tenants", GatewaySetup.Embedded with { Tenants = count });

    private static ProxySystem Targets(SystemStart start, int count) => start.Gateway($"{count} targets", GatewaySetup.Embedded with { Targets = count });

    private static ProxySystem Entries(SystemStart start, int count)
    {
        var name = $"{count} entries";
        var setup = GatewaySetup.Embedded with { Database = $"Data Source={start.FolderOf(name)}/ledger.db" };
        if (count > 0)
            LedgerFill.FillAsync(setup.Database, start.FolderOf(name), count).GetAwaiter().GetResult();
        return start.Gateway(name, setup);
    }

    private static void Compare(Table table, Func<SystemStart, List<ProxySystem>> begin)
    {
        using var children = new ChildProcesses();
        var systems = begin(new SystemStart(children));
        foreach (var aCase in Cases)
            Compare(table, aCase, systems);
    }

    private static void Compare(Table table, ProxyCase aCase, List<ProxySystem> systems)
    {
        foreach (var system in systems)
            Take(aCase, system, WarmUp);
        var rounds = Enumerable.Range(0, 5).Select(_ => systems.ConvertAll(system => Take(aCase, system, Duration))).ToList();
        for (var i = 0; i < systems.Count; i++)
        {
            table.Add(
                aCase.Name,
                systems[i].Name,
                $"{rounds.Select(round => round[i].PerSecond).Median():0}",
                $"{rounds.Select(round => round[i].P50).Median():0.00}",
                $"{rounds.Select(round => round[i].CpuSecondsPerThousand).Median():0.000}",
                $"{rounds.Select(round => round[i].Heap!.Value.Bytes / 1000 / round[i].Requests).Median():0.0}",
                $"{rounds.Select(round => round[i].CpuSecondsPerThousand / round[0].CpuSecondsPerThousand).Median():0.00}");
        }
    }

    private static Measurement Take(ProxyCase aCase, ProxySystem system, TimeSpan duration)
    {
        try
        {
            return Measurement.Take(aCase, system, duration, CancellationToken.None);
        }
        catch (LoadException e)
        {
            throw new LoadException($"{system.Name}: {e.Message}\n{system.Process.Output()}", e);
        }
    }
}
