using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Processes;
using ImageGateway.Benchmarks.Reporting;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>
/// Compares the gateway with no proxy, nginx and bare YARP in front of the same stub: a round measures each system in
/// turn, so that a noisy neighbour hits all of them, and medians over the rounds are reported.
/// </summary>
internal static class ProxyCommand
{
    /// <summary>Measures and prints; children are gone when it returns.</summary>
    /// <returns>0; 1 when a request failed; 2 for wrong arguments; 130 when interrupted.</returns>
    public static int Run(string[] args)
    {
        using var interrupt = new Interrupt();
        try
        {
            var options = ProxyOptions.Parse(args);
            var cases = options.Cases.Select(ProxyCase.Parse).ToArray();
            using var children = new ChildProcesses();
            var systems = new SystemStart(children).All(options.Systems);
            var stolen = new StolenTime();
            Print(options, Measure(options, cases, systems, interrupt.Token), stolen.Share);
            return 0;
        }
        catch (FormatException e)
        {
            return Fail(e.Message, 2);
        }
        catch (LoadException e) when (!interrupt.Token.IsCancellationRequested)
        {
            return Fail(e.Message, 1);
        }
        catch (Exception e) when (e is OperationCanceledException or LoadException)
        {
            return Fail("Interrupted.", 130);
        }
    }

    private static List<CaseResult> Measure(
        ProxyOptions options, ProxyCase[] cases, List<ProxySystem> systems, CancellationToken cancellationToken)
    {
        // One request each has come before, when they started.
        var requests = systems.ToDictionary(system => system.Name, _ => 1L);
        foreach (var proxyCase in cases)
            Count(Round(proxyCase, systems, options.WarmUp, cancellationToken), requests);
        var results = new List<CaseResult>();
        foreach (var proxyCase in cases)
        {
            Console.Error.WriteLine($"{proxyCase.Name} …");
            var rounds = Enumerable.Range(0, options.Rounds)
                .SelectMany(_ => Count(Round(proxyCase, systems, options.Duration, cancellationToken), requests))
                .GroupBy(one => one.System, one => one.Measurement);
            results.Add(new CaseResult(proxyCase, rounds.ToDictionary(group => group.Key, group => group.ToList())));
        }
        foreach (var system in systems.Where(system => system.HasLedger))
            LedgerCheck.Verify(system, requests[system.Name]);
        return results;
    }

    private static List<(string System, Measurement Measurement)> Count(List<(string System, Measurement Measurement)> round, Dictionary<string, long> requests)
    {
        foreach (var (system, measurement) in round)
            requests[system] += measurement.Requests;
        return round;
    }

    private static List<(string System, Measurement Measurement)> Round(
        ProxyCase proxyCase, List<ProxySystem> systems, TimeSpan duration, CancellationToken cancellationToken) =>
        systems.FindAll(system => system.Serves(proxyCase)).ConvertAll(system =>
        {
            try
            {
                return (system.Name, Measurement.Take(proxyCase, system, duration, cancellationToken));
            }
            catch (LoadException e)
            {
                throw new LoadException($"{proxyCase.Name} {system.Name}: {e.Message}\n{system.Process.Output()}", e);
            }
        });

    private static void Print(ProxyOptions options, List<CaseResult> results, double stolen)
    {
        Console.WriteLine(Machine.Describe(TimeProvider.System));
        Console.WriteLine($"{options.Rounds} rounds of {options.Duration.TotalSeconds} s; the host took {stolen:P1} of the processors' time\n");
        var byKind = results.ToLookup(result => result.Case.IsFirstEvent);
        if (byKind.Contains(false))
            Console.WriteLine(ProxyReport.Throughput(byKind[false], options.Markdown));
        if (byKind.Contains(true))
            Console.WriteLine(ProxyReport.FirstEvent(byKind[true], options.Markdown));
    }

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine(message);
        return exitCode;
    }
}
