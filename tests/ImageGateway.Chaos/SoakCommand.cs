using System.Globalization;
using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Benchmarks.Reporting;
using ImageGateway.Chaos.Load;
using Npgsql;

namespace ImageGateway.Chaos;

/// <summary>Runs a gateway at 70 % of what it can do for as long as is asked, and sees that nothing of it grows.</summary>
internal static class SoakCommand
{
    private const double Share = 0.7;

    // A turn is left out when its connection still waits; a gateway that is slower than it was asked to be is none that was measured.
    private const double Kept = 0.99;
    private const int Connections = 64;
    private const int Samples = 12;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(15);

    /// <summary>Runs it.</summary>
    /// <returns>0; 1 when something grows or a request fails; 2 for wrong switches.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or ["--minutes", _]))
        {
            await Console.Error.WriteLineAsync("The only switch is --minutes N.");
            return 2;
        }
        var length = TimeSpan.FromMinutes(args is [_, var minutes] ? double.Parse(minutes, CultureInfo.InvariantCulture) : 30);
        Console.WriteLine(Machine.Describe(TimeProvider.System));
        await using var system = await LoadSystem.StartAsync(requests: 4096, queued: 1024);
        LoadRequest[] requests = [.. ((string[])["1.5MB", "SSE", "2KB"]).Select(name => Requests.For(Answers.All.Single(answer => answer.Name == name)))];
        Capacity.Measure(system.Port, requests, WarmUp);
        var capacity = Capacity.Measure(system.Port, requests, Measured);
        Console.WriteLine($"capacity: {capacity:0} jobs a second, a third each of 1.5 MB, of 3 events of 500 KB, and of 2 KB; {length.TotalMinutes:0.#} minutes at {Share:P0} of it");
        var states = await RunAsync(system, requests, capacity * Share, length / Samples);
        Print(states);
        return Judge(states, capacity * Share) ? 0 : 1;
    }

    private static async Task<List<SoakState>> RunAsync(LoadSystem system, LoadRequest[] requests, double perSecond, TimeSpan each)
    {
        var states = new List<SoakState>();
        await using var database = new NpgsqlConnection(system.Database);
        var before = await SoakState.ReadAsync(system, database, [], each);
        for (var i = 0; i < Samples; i++)
        {
            var outcomes = await Task.Run(() => new OpenLoop(system.Port, requests, Connections).Run((perSecond, each)));
            states.Add(await SoakState.ReadAsync(system, database, outcomes, each) with { Before = before });
            before = states[^1];
        }
        return states;
    }

    private static void Print(List<SoakState> states)
    {
        var table = new Table(1, "minute", "jobs/s", "failed", "p50 ms", "p99 ms", "RSS MB", "handles", "threads", "Redis MB", "bytes/1000 jobs");
        var at = TimeSpan.Zero;
        foreach (var state in states)
        {
            at += state.Length;
            table.Add($"{at.TotalMinutes:0.0}", $"{state.Jobs / state.Length.TotalSeconds:0}", $"{state.Failed}", $"{state.Median:0.0}", $"{state.P99:0.0}", $"{state.Resident / 1e6:0}", $"{state.Handles}", $"{state.Threads}", $"{state.Redis / 1e6:0.0}", $"{state.DatabaseGrowth:0}");
        }
        Console.WriteLine(table.ToText(markdown: true));
    }

    // Of threads the pool takes a few more and less as it likes. The last third against the one in the middle: the first is when pools fill and code is compiled.
    private static bool Judge(List<SoakState> states, double asked)
    {
        var (middle, end) = (states.GetRange(Samples / 3, Samples / 3), states.GetRange(Samples * 2 / 3, Samples / 3));
        bool Flat(string what, Func<SoakState, double> value, double room, double some = 0)
        {
            var (before, after) = (middle.Select(value).Median(), end.Select(value).Median());
            var isFlat = after <= (before * (1 + room)) + some;
            Console.WriteLine($"{(isFlat ? "ok  " : "FAIL")} {what}: {before:0.###} → {after:0.###}, {(after / before) - 1:+0.0%;-0.0%}, at most {room:+0%}{(some > 0 ? $" and {some}" : "")}");
            return isFlat;
        }
        var failed = states.Sum(state => state.Failed);
        Console.WriteLine($"{(failed == 0 ? "ok  " : "FAIL")} {states.Sum(state => state.Jobs)} jobs, {failed} of them not answered: {string.Join(", ", states.SelectMany(state => state.Failures).GroupBy(pair => pair.Key, pair => pair.Value).Select(status => $"{status.Sum()} with {status.Key}"))}");
        var slowest = states.Min(state => state.Jobs / state.Length.TotalSeconds);
        Console.WriteLine($"{(slowest >= Kept * asked ? "ok  " : "FAIL")} at least {slowest:0} jobs a second in each part, of {asked:0} asked for");
        return (failed == 0) & (slowest >= Kept * asked) & Flat("resident set", state => state.Resident, 0.1) & Flat("handles", state => state.Handles, 0.1) & Flat("threads", state => state.Threads, 0.1, some: 8)
            & Flat("memory of Redis", state => state.Redis, 0.1) & Flat("database, bytes per 1000 jobs", state => state.DatabaseGrowth, 0.1) & Flat("p99", state => state.P99, 0.5);
    }
}
