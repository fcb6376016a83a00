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

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
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
        Capacity.Measure(system.Port, requests, WarmUp);
        var cpu = ProcessTree.CpuSeconds(system.Gateway.ProcessId);
        var capacity = Capacity.Measure(system.Port, requests, length);
        var each = (ProcessTree.CpuSeconds(system.Gateway.ProcessId) - cpu) / (capacity * length.TotalSeconds);
        Console.WriteLine($"capacity: {capacity:0} answers of 1.5 MB a second by {Capacity.Callers} callers, {1e6 * each:0} µs of CPU each");
        // The way of what is shed is compiled and its profile taken as that of the answers is.
        _ = new OpenLoop(system.Port, requests, Connections).Run((capacity * Factor * Turns, WarmUp));
        cpu = ProcessTree.CpuSeconds(system.Gateway.ProcessId);
        var outcomes = new OpenLoop(system.Port, requests, Connections).Run((capacity / 2, TimeSpan.FromSeconds(3)), (capacity * Factor * Turns, length), (capacity / 2, TimeSpan.FromSeconds(6)));
        var (whole, shed) = (outcomes.Count(outcome => outcome.Status == 200), outcomes.Count(outcome => outcome.Status != 200));
        Console.WriteLine($"shed: about {1e6 * (ProcessTree.CpuSeconds(system.Gateway.ProcessId) - cpu - (whole * each)) / shed:0} µs of CPU each");
        return Judge(outcomes, capacity, TimeSpan.FromSeconds(3), length) ? 0 : 1;
    }

    private static bool Judge(IReadOnlyList<Outcome> outcomes, double capacity, TimeSpan from, TimeSpan length)
    {
        var during = outcomes.Where(outcome => outcome.At >= from && outcome.At < from + length).ToList();
        var good = during.Count(outcome => outcome.Status == 200) / length.TotalSeconds;
        var shed = during.Where(outcome => outcome.Status != 200).ToList();
        var latency = Latency(shed);
        var last = outcomes.Where(outcome => outcome.At >= from + length && outcome.Status != 200).Select(outcome => outcome.At + outcome.Took - from - length).DefaultIfEmpty().Max();
        return Say($"asked for {during.Count / length.TotalSeconds:0} a second, {during.Count / length.TotalSeconds / capacity:0.0} times the capacity", during.Count / length.TotalSeconds >= Factor * capacity)
            & Say($"answered {good:0} a second, {good / capacity:P0} of the capacity", good >= Kept * capacity)
            & Say($"shed: {string.Join(", ", shed.CountBy(outcome => outcome.Status).Select(pair => $"{pair.Value} with {pair.Key}"))}, {shed.Count(outcome => outcome.HasRetryAfter)} with Retry-After", shed.TrueForAll(outcome => outcome.Status is 429 or 503 && outcome.HasRetryAfter))
            & Say($"shed within {latency.Percentile(0.5).TotalMilliseconds:0.0} ms (median), {latency.Percentile(0.99).TotalMilliseconds:0.0} ms (p99), {latency.Percentile(0.999).TotalMilliseconds:0.0} ms (p99.9)", latency.Percentile(0.99) < Prompt)
            & Say($"nothing shed from {last.TotalSeconds:0.00} s after the overload on", last <= Recovered);
    }

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
}
