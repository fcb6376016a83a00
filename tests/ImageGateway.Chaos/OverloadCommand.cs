using System.Globalization;
using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Processes;
using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Benchmarks.Reporting;
using ImageGateway.Chaos.Load;

namespace ImageGateway.Chaos;

/// <summary>Asks a gateway for ten times what it can do, and sees that it goes on doing it.</summary>
internal static class OverloadCommand
{
    private const double Factor = 10;
    private const double Kept = 0.8;
    private const int Connections = 192;

    // Some turns pass while their connection waits for a picture.
    private const double Turns = 1.25;

    // What others do on a machine moves both figures of a round, and is different in the next.
    private const int Rounds = 3;

    // Until hardly anything is compiled any more: the gateway has one core for it, beside its load.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Recovered = TimeSpan.FromSeconds(2);

    /// <summary>Runs it.</summary>
    /// <returns>0; 1 when it does not go on; 2 for wrong switches.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or ["--seconds", _]))
        {
            await Console.Error.WriteLineAsync("The only switch is --seconds N.");
            return 2;
        }
        var length = TimeSpan.FromSeconds(args is [_, var seconds] ? int.Parse(seconds, CultureInfo.InvariantCulture) : 10);
        Console.WriteLine(Machine.Describe(TimeProvider.System));
        await using var system = await LoadSystem.StartAsync(requests: Capacity.AtOnce, queued: Capacity.AtOnce);
        LoadRequest[] requests = [Requests.For(Answers.All.Single(answer => answer.Name == "1.5MB"))];
        var warm = Capacity.Measure(system.Port, requests, WarmUp);
        // The way of what is shed is compiled and its profile taken as that of the answers is.
        _ = new OpenLoop(system.Port, requests, Connections).Run((warm * Factor * Turns, WarmUp));
        return Judge([.. Enumerable.Range(0, Rounds).Select(_ => Measure(system, requests, length))]) ? 0 : 1;
    }

    private static Round Measure(LoadSystem system, LoadRequest[] requests, TimeSpan length)
    {
        var stolen = new StolenTime();
        var cpu = ProcessTree.CpuSeconds(system.Gateway.ProcessId);
        var capacity = Capacity.Measure(system.Port, requests, length);
        var each = (ProcessTree.CpuSeconds(system.Gateway.ProcessId) - cpu) / (capacity * length.TotalSeconds);
        cpu = ProcessTree.CpuSeconds(system.Gateway.ProcessId);
        var outcomes = new OpenLoop(system.Port, requests, Connections).Run((capacity / 2, Before), (capacity * Factor * Turns, length), (capacity / 2, After));
        var round = new Round(capacity, [.. outcomes.Where(outcome => outcome.At >= Before && outcome.At < Before + length)], length, [.. outcomes.Where(outcome => outcome.At >= Before + length && outcome.Status != 200)]);
        var (whole, shed) = (outcomes.Count(outcome => outcome.Status == 200), outcomes.Count(outcome => outcome.Status != 200));
        // As if an answer cost under overload what it costs without; where it costs less, this comes out too small.
        var refused = (ProcessTree.CpuSeconds(system.Gateway.ProcessId) - cpu - (whole * each)) / shed;
        Console.WriteLine($"capacity {capacity:0} a second at {1e6 * each:0} µs of CPU each; asked for {round.Asked:0}, answered {round.Answered:0}, {round.Answered / capacity:P0}, the rest shed at about {1e6 * refused:0} µs each; the host took {stolen.Share:P0} of the time");
        return round;
    }

    private static bool Judge(IReadOnlyList<Round> rounds)
    {
        var (capacity, asked, good) = (rounds.Average(round => round.Capacity), rounds.Average(round => round.Asked), rounds.Average(round => round.Answered));
        var shed = rounds.SelectMany(round => round.During).Where(outcome => outcome.Status != 200).ToList();
        var latency = Latency(shed);
        var late = rounds.SelectMany(round => round.Late.Select(outcome => outcome with { At = outcome.At + outcome.Took - Before - round.Length })).ToList();
        var last = late.Select(outcome => outcome.At).DefaultIfEmpty().Max();
        return Say($"asked for {asked:0} a second, {asked / capacity:0.0} times the capacity of {capacity:0}", asked >= Factor * capacity)
            & Say($"answered {good:0} a second, {good / capacity:P0} of the capacity", good >= Kept * capacity)
            & Say($"shed: {string.Join(", ", Counts(shed))}, {shed.Count(outcome => outcome.HasRetryAfter)} with Retry-After", shed.TrueForAll(outcome => outcome.Status is 429 or 503 && outcome.HasRetryAfter))
            & Say($"shed within {latency.Percentile(0.5).TotalMilliseconds:0.0} ms (median), {latency.Percentile(0.99).TotalMilliseconds:0.0} ms (p99), {latency.Percentile(0.999).TotalMilliseconds:0.0} ms (p99.9)", latency.Percentile(0.99) < Prompt)
            & Say($"nothing shed from {last.TotalSeconds:0.00} s after the overload on, and until then {late.Count}: {string.Join(", ", Counts(late))}", last <= Recovered);
    }

    private static IEnumerable<string> Counts(List<Outcome> outcomes) =>
        outcomes.CountBy(outcome => (outcome.Status, outcome.Code)).Select(pair => $"{pair.Value} with {pair.Key.Status} {pair.Key.Code}");

    private static Histogram Latency(List<Outcome> outcomes)
    {
        var histogram = new Histogram();
        outcomes.ForEach(outcome => histogram.Add(outcome.Took));
        return histogram;
    }

    private static bool Say(string what, bool holds)
    {
        Console.WriteLine($"{(holds ? "ok  " : "FAIL")} {what}");
        return holds;
    }

    /// <summary>What the gateway could do, and did under the overload right after.</summary>
    /// <param name="Capacity">Answers a second of as many callers as it lets in.</param>
    /// <param name="During">What was asked during the overload.</param>
    /// <param name="Length">How long that was.</param>
    /// <param name="Late">What was shed after that.</param>
    private sealed record Round(double Capacity, IReadOnlyList<Outcome> During, TimeSpan Length, IReadOnlyList<Outcome> Late)
    {
        public double Asked => During.Count / Length.TotalSeconds;

        public double Answered => During.Count(outcome => outcome.Status == 200) / Length.TotalSeconds;
    }
}
