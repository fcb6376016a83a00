using System.Text.Json.Nodes;
using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Faults;

/// <summary>Something that goes wrong and is mended: when it returns, all is as it was.</summary>
internal sealed record Fault(string Name, Func<FleetSystem, Random, Task> RunAsync)
{
    /// <summary>What the machines under the gateways do.</summary>
    public static readonly Fault[] OfMachines =
    [
        new("gateway killed", KillGatewayAsync),
        new("redis master killed", KillRedisAsync),
        new("postgres killed", KillPostgresAsync),
        .. FleetSystem.HasSmallDisk ? (Fault[])[new("disk of postgres full", FillDiskAsync)] : [],
        new("configuration changed, once to a broken one", ReloadAsync),
    ];

    /// <summary>What providers do.</summary>
    public static readonly Fault[] OfProviders =
    [
        new("a provider answers 503", Provider(1, _ => new() { ["status"] = 503 })),
        new("a provider loses its connections", Provider(1, _ => new() { ["reset"] = true })),
        new("a provider is slow", Provider(1, random => new() { ["delay_ms"] = random.Next(800, 2500) })),
        new("a provider hangs", Provider(1, _ => new() { ["hang"] = true })),
        new("answers are cut", Provider(2, random => new() { ["cut_after_bytes"] = random.Next(1, 12_000) })),
        new("streams are cut", Provider(3, _ => new() { ["cut_after_events"] = 1 })),
        new("429 from two of three", Provider(2, _ => new() { ["status"] = 429, ["headers"] = new JsonObject { ["retry-after"] = "1" } })),
        new("a proxy's error page", Provider(1, _ => new() { ["html"] = true })),
        new("errors under status 200", Provider(2, _ => new() { ["error_in_200"] = true })),
    ];

    private static Task Seconds(Random random, double least, double most) => Task.Delay(TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least))));

    private static async Task KillGatewayAsync(FleetSystem fleet, Random random)
    {
        var replica = fleet.Replicas[random.Next(fleet.Replicas.Count)];
        replica.Kill();
        await Seconds(random, 0.2, 2);
        replica.Start();
        await replica.ReadyAsync(FleetSystem.Patience);
    }

    // Of the shard with a tenant's counters, so that somebody loses something.
    private static async Task KillRedisAsync(FleetSystem fleet, Random random)
    {
        var tenant = (string[])["open", "spend", "rate"];
        var master = await Task.Run(() => fleet.Redis.Of($"igw:{{{tenant[random.Next(tenant.Length)]}}}:counters").Master);
        master.Kill();
        await Seconds(random, 4, 6);
        await Task.Run(master.Start);
    }

    private static async Task KillPostgresAsync(FleetSystem fleet, Random random)
    {
        await fleet.Postgres.KillAsync();
        await Seconds(random, 0.5, 3);
        await fleet.Postgres.StartAgainAsync();
    }

    private static async Task FillDiskAsync(FleetSystem fleet, Random random)
    {
        await Task.Run(fleet.Postgres.FillDisk);
        await Seconds(random, 2, 4);
        await fleet.Postgres.FreeDiskAsync();
    }

    private static async Task ReloadAsync(FleetSystem fleet, Random random)
    {
        fleet.File.Write();
        await Seconds(random, 1, 2);
        fleet.File.WriteBroken();
        await Seconds(random, 1, 2);
        fleet.File.Write();
        await Seconds(random, 1, 1.5);
    }

    private static Func<FleetSystem, Random, Task> Provider(int count, Func<Random, JsonObject> fault) => async (fleet, random) =>
    {
        var struck = fleet.Providers.ToArray();
        random.Shuffle(struck);
        struck = struck[..count];
        foreach (var provider in struck)
            await provider.BreakAsync(fault(random));
        await Seconds(random, 2, 4);
        foreach (var provider in struck)
            await provider.MendAsync();
    };
}
