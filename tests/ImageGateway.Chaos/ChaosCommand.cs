using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ImageGateway.Benchmarks.Processes;
using ImageGateway.Benchmarks.Reporting;
using ImageGateway.Chaos.Audit;
using ImageGateway.Chaos.Clients;
using ImageGateway.Chaos.Faults;
using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos;

/// <summary>The chaos run: (1) a fleet under load, (2) a rolling restart, (3) faults and the memory after some of them, (4) more of them, (5) the audit.</summary>
internal sealed class ChaosCommand(TimeSpan length, int seed, int clients, string? keep)
{
    // How much more of memory may be alive after the run, as a share.
    private const double Room = 0.1;

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(6);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Runs it by its switches.</summary>
    /// <returns>0; 1 when a check failed; 2 for wrong switches.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var switches = new Dictionary<string, string> { ["--seconds"] = "60", ["--seed"] = "1", ["--clients"] = "300", ["--keep"] = "" };
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!switches.ContainsKey(args[i]) || i + 1 == args.Length)
            {
                await Console.Error.WriteLineAsync($"There is no switch '{args[i]}', or it has no value.");
                return 2;
            }
            switches[args[i]] = args[i + 1];
        }
        int Number(string name) => int.Parse(switches[name], CultureInfo.InvariantCulture);
        using var interrupt = new Interrupt();
        return await new ChaosCommand(TimeSpan.FromSeconds(Number("--seconds")), Number("--seed"), Number("--clients"), switches["--keep"] is { Length: > 0 } folder ? folder : null).RunAsync(interrupt.Token);
    }

    private async Task<int> RunAsync(CancellationToken interrupted)
    {
        Console.WriteLine($"{Machine.Describe(TimeProvider.System)}\n{length.TotalSeconds:0} s of faults, seed {seed}, {clients} clients");
        var tenancy = new Tenancy(length);
        await using var fleet = await FleetSystem.StartAsync(tenancy); // 1
        Tell("the fleet is up");
        try
        {
            await using var balancer = new Balancer(fleet.Replicas);
            var crowd = new Crowd(balancer, _clock, clients, seed);
            try
            {
                return await RunAsync(fleet, tenancy, crowd, balancer).WaitAsync(interrupted);
            }
            finally
            {
                if (keep is not null)
                    Keep(keep, fleet, crowd);
            }
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return 130;
        }
    }

    private async Task<int> RunAsync(FleetSystem fleet, Tenancy tenancy, Crowd crowd, Balancer balancer)
    {
        var (from, to) = await RestartAsync(fleet, crowd); // 2
        var schedule = new Schedule(fleet, seed, Tell);
        await LoadAsync(crowd, () => schedule.RunAsync(length / 3)); // 3
        balancer.HangUp();
        var before = await MemoryAsync(fleet);
        Tell("memory is read");
        await LoadAsync(crowd, () => schedule.RunAsync(length * 2 / 3)); // 4
        balancer.HangUp();
        return await AuditAsync(fleet, tenancy, crowd, schedule, (from, to), before); // 5
    }

    private async Task<(TimeSpan From, TimeSpan To)> RestartAsync(FleetSystem fleet, Crowd crowd)
    {
        var (from, to) = (TimeSpan.Zero, TimeSpan.Zero);
        // What gateways do late that have just begun, all at once, is not the restart's doing: it ends before.
        await LoadAsync(crowd, () => Task.Delay(Calm));
        await LoadAsync(crowd, async () =>
        {
            await Task.Delay(Calm);
            from = crowd.Now;
            await RollingRestart.RunAsync(fleet);
            to = crowd.Now;
            await Task.Delay(Calm);
        });
        Tell($"rolling restart under load, {(to - from).TotalSeconds:0.0} s");
        return (from, to);
    }

    // Until what they do is done.
    private static async Task LoadAsync(Crowd crowd, Func<Task> meanwhile)
    {
        using var stop = new CancellationTokenSource();
        var load = crowd.RunAsync(stop.Token);
        try
        {
            await meanwhile();
        }
        finally
        {
            await stop.CancelAsync();
            await load;
        }
    }

    private static async Task<IReadOnlyList<Memory>> MemoryAsync(FleetSystem fleet)
    {
        await Task.Delay(TimeSpan.FromSeconds(2));
        return await Task.WhenAll(fleet.Replicas.Select(Memory.OfAsync));
    }

    private async Task<int> AuditAsync(FleetSystem fleet, Tenancy tenancy, Crowd crowd, Schedule schedule, (TimeSpan From, TimeSpan To) restart, IReadOnlyList<Memory> before)
    {
        Finding[] left = [await StateChecks.ClosedAsync(fleet), await StateChecks.ReleasedAsync(fleet)];
        var evidence = await Evidence.CollectAsync(fleet, crowd.Book);
        var after = await Task.WhenAll(fleet.Replicas.Select((replica, i) => Memory.BackAsync(replica, before[i], Room)));
        Finding[] findings =
        [
            BudgetChecks.Usd(evidence, tenancy), BudgetChecks.Rates(evidence, await StateChecks.RebuiltAsync(fleet, "rate")), BudgetChecks.Contested(evidence),
            CallChecks.Recorded(evidence), CallChecks.Called(evidence), CallChecks.Priced(evidence), CallChecks.Settled(evidence), CallChecks.Known(evidence), CallChecks.Answered(evidence),
            .. left, await StateChecks.CountedAsync(fleet, evidence),
            PictureChecks.Whole(evidence), PictureChecks.Repeated(evidence), PictureChecks.Expected(evidence), PictureChecks.Restarted(evidence, restart.From, restart.To),
            LogCheck.Run(fleet), schedule.Struck(),
            Memory.Check([.. fleet.Replicas.Select((replica, i) => (replica.Name, before[i], after[i]))], Room),
        ];
        Tell("audit");
        foreach (var finding in findings)
            Console.WriteLine(finding);
        var failed = findings.Count(finding => !finding.Holds);
        Console.WriteLine($"{findings.Length - failed} checks passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static void Keep(string folder, FleetSystem fleet, Crowd crowd)
    {
        fleet.KeepLogs(folder);
        File.WriteAllLines(Path.Combine(folder, "requests.jsonl"), crowd.Book.Select(reply => JsonSerializer.Serialize(reply)));
    }

    private void Tell(string what)
    {
        lock (_clock)
            Console.WriteLine($"{_clock.Elapsed.TotalSeconds,6:0.0} s  {what}");
    }
}
