using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>
/// Three replicas, 200 clients and one budget that admits about half of what they ask for. Whatever dies meanwhile, the
/// budget is not passed, and the ledger charges what the provider used. That these jobs would pass it without the check is
/// shown where the store is tested.
/// </summary>
public sealed class SharedBudgetTests : IDisposable
{
    private const int Clients = 200;
    private const int Each = 3;

    // gpt-image-1, low, 1024x1024: 272 output tokens; nano-USD a token of output and of text.
    private const long PerOutput = 40_000;
    private const long PerText = 5_000;
    private const decimal Usd = Clients * Each * 0.0055m;

    private readonly RedisServer _redis = new();

    public void Dispose() => _redis.Dispose();

    [Fact]
    public Task Budget_holds_on_three_replicas() => ProveAsync(_ => Task.CompletedTask);

    [Fact]
    public Task Budget_holds_when_a_replica_is_killed() => ProveAsync(replicas =>
    {
        replicas.Kill(2);
        return Task.CompletedTask;
    });

    [Fact]
    public Task Budget_holds_when_redis_is_killed_and_restarted() => ProveAsync(async _ =>
    {
        _redis.Kill();
        await Task.Delay(400);
        _redis.Start();
    });

    [Fact]
    public Task Budget_holds_when_redis_is_emptied() => ProveAsync(_ =>
    {
        _redis.Command("FLUSHALL");
        return Task.CompletedTask;
    });

    private async Task ProveAsync(Func<Replicas, Task> disaster)
    {
        await using var replicas = await Replicas.StartAsync(_redis.ConnectionString, Usd);
        var clients = Enumerable.Range(0, Clients).Select(client => ClientAsync(replicas, client)).ToList();
        await Until.TrueAsync(() => replicas.Calls.Count > Clients * Each / 8, "an eighth of the offered jobs reached the provider");
        await disaster(replicas);
        await Task.WhenAll(clients);
        await CheckAsync(replicas);
    }

    // A client takes what comes, and comes back when it is told to.
    private static async Task ClientAsync(Replicas replicas, int client)
    {
        for (var job = 0; job < Each; job++)
        {
            for (var attempt = 0; attempt < 60; attempt++)
            {
                var answer = await replicas.AskAsync((client + attempt) % 3, $"{client}-{job}-{attempt}");
                if (answer is { Status: 200 or 429 })
                    break;
                await Task.Delay(50);
            }
        }
    }

    private static async Task CheckAsync(Replicas replicas)
    {
        var settled = (await replicas.SettledAsync()).ToDictionary(job => job.User);
        var charged = settled.Values.Sum(job => job.Charge);
        Assert.InRange(charged, 1, (long)(Usd * 1_000_000_000));
        Assert.InRange(settled.Values.Count(job => job.Charge > 0), 0.3 * Clients * Each, 0.7 * Clients * Each);
        var (used, byUsage) = (0L, 0L);
        foreach (var call in replicas.Calls)
        {
            var cost = call.Usage is { } usage ? (usage.OutputTokens * PerOutput) + (usage.InputTextTokens * PerText) : 0;
            var job = settled[call.Fields["user"]];
            if (job.Basis == "usage")
                Assert.Equal(cost, job.Charge);
            else
                Assert.InRange(job.Charge, cost, long.MaxValue);
            used += cost;
            byUsage += job.Basis == "usage" ? cost : 0;
        }
        Assert.Equal(byUsage, settled.Values.Where(job => job.Basis == "usage").Sum(job => job.Charge));
        Assert.InRange(charged, used, long.MaxValue);
        var budget = (-1L, -1L);
        for (var wait = 0; wait < 100 && budget != (charged, 0); wait++, await Task.Delay(250))
            budget = await replicas.BudgetAsync(0);
        Assert.Equal((charged, 0), budget);
    }
}
