using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>
/// Three replicas, 200 clients and one budget that admits about half of what they ask for. Whatever dies meanwhile, the
/// budget is not passed, and the ledger charges what the provider used. That these jobs would pass it without the check, or
/// without the rebuild, is shown where the store is tested.
/// </summary>
public sealed class SharedBudgetTests
{
    private const int Clients = 200;
    private const int Each = 3;

    // gpt-image-1, low, 1024x1024: 272 output tokens; nano-USD a token of output and of text.
    private const long PerOutput = 40_000;
    private const long PerText = 5_000;
    private const decimal Usd = Clients * Each * 0.0055m;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Budget_holds_on_three_replicas(bool postgres)
    {
        using var redis = new RedisServer();
        await ProveAsync(redis.ConnectionString, Lease, _ => Task.CompletedTask, postgres);
    }

    [Fact]
    public async Task Budget_holds_when_a_replica_is_killed()
    {
        using var redis = new RedisServer();
        // What it leaves is closed when its lease has ended.
        await ProveAsync(redis.ConnectionString, TimeSpan.FromSeconds(8), replicas =>
        {
            replicas.Kill(2);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Budget_holds_when_redis_is_killed_and_restarted()
    {
        using var redis = new RedisServer();
        await ProveAsync(redis.ConnectionString, Lease, async replicas =>
        {
            redis.Kill();
            await Until.TrueAsync(() => replicas.Refused > 0, "a job is refused");
            redis.Start();
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Budget_holds_when_redis_is_emptied(bool postgres)
    {
        using var redis = new RedisServer();
        await ProveAsync(redis.ConnectionString, Lease, _ =>
        {
            redis.Command("FLUSHALL");
            return Task.CompletedTask;
        }, postgres);
    }

    // A replica takes over that lacks its master's last writes.
    [Fact]
    public async Task Budget_holds_when_a_cluster_fails_over_and_loses_writes()
    {
        using var cluster = new RedisCluster();
        await ProveAsync(cluster.ConnectionString, Lease, async replicas =>
        {
            var built = await replicas.GenerationAsync();
            Assert.True(await cluster.FailOverWithLostWritesAsync("igw:{acme}:counters") > 0, "no write was lost");
            await Until.TrueAsync(async () => await replicas.GenerationAsync() > built, "the counters are built from the ledger", TimeSpan.FromMilliseconds(100), Patience);
        });
    }

    // The others have counted without it meanwhile.
    [Fact]
    public async Task What_a_dead_replica_spent_while_the_database_was_away_counts_once_it_is_known()
    {
        const long Spent = 1_000_000_000;
        using var redis = new RedisServer();
        await using var replicas = await Replicas.StartAsync(redis.ConnectionString, null, Usd, Lease);
        Assert.Equal(200, (await replicas.AskAsync(0, "before"))?.Status);
        replicas.Spool(1, Spent);
        await Until.TrueAsync(async () => await replicas.AskAsync(1, "during") is { Status: 200 } && (await replicas.SettledAsync()).Any(job => job.Charge == Spent), "the spool is in the ledger");
        Assert.Equal(200, (await replicas.AskAsync(0, "after"))?.Status);
        var charged = (await replicas.SettledAsync()).Sum(job => job.Charge);
        await Until.TrueAsync(async () => await replicas.BudgetAsync(0) == (charged, 0), $"the budget stands at {charged}", TimeSpan.FromMilliseconds(100), Patience);
    }

    // Its last jobs were answered in the very moment, and an audit would not look at them yet.
    [Fact]
    public async Task Replica_that_stops_settles_first()
    {
        using var redis = new RedisServer();
        await using var replicas = await Replicas.StartAsync(redis.ConnectionString, null, Usd, Lease);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(job => replicas.AskAsync(0, $"{job}")));
        // What was not settled by now is not until Redis goes on.
        redis.Command("CLIENT PAUSE 150 ALL");
        Assert.Equal(0, await replicas.StopAsync(0));
        Assert.Equal(":0", redis.Command("ZCARD igw:{acme}:open"));
        Assert.All(answers, answer => Assert.Equal(200, answer?.Status));
        Assert.Equal(50, (await replicas.SettledAsync()).Count);
    }

    private static async Task ProveAsync(string redis, TimeSpan lease, Func<Replicas, Task> disaster, bool postgres = false)
    {
        await using var replicas = await Replicas.StartAsync(redis, postgres ? await (await PostgresDatabases.ServerAsync()).NewDatabaseAsync() : null, Usd, lease);
        var clients = Enumerable.Range(0, Clients).Select(client => ClientAsync(replicas, client)).ToList();
        await Until.TrueAsync(() => replicas.Calls.Count > Clients * Each / 8, "an eighth of the offered jobs reached the provider");
        await disaster(replicas);
        await Task.WhenAll(clients);
        await CheckAsync(replicas);
    }

    // A client takes what comes, and comes back, to another replica, when it is told to.
    private static async Task ClientAsync(Replicas replicas, int client)
    {
        for (var job = 0; job < Each; job++)
        {
            var attempt = 0;
            await Until.TrueAsync(
                async () => await replicas.AskAsync((client + attempt) % 3, $"{client}-{job}-{attempt++}") is { Status: 200 or 429 },
                "the job is drawn or refused", TimeSpan.FromMilliseconds(200), Patience);
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
        // A process that was too slow to renew its lease was taken for dead; its jobs were corrected in the ledger, and the
        // counter stays at their worst case until it is built again.
        var first = settled.Values.Sum(job => job.First);
        await Until.TrueAsync(
            async () => await replicas.BudgetAsync(0) is { Held: 0 } budget && budget.Used >= charged && budget.Used <= first,
            $"the budget stands at {charged}", TimeSpan.FromMilliseconds(250), Patience);
    }
}
