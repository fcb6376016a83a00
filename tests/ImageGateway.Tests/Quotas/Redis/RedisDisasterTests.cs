using System.Diagnostics;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Quotas.Redis;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Tests.Quotas.Redis;

/// <summary>Three stores over one Redis, as three replicas have, whose data goes while jobs run.</summary>
[Collection(RedisCollection.Name)]
public sealed class RedisDisasterTests
{
    private const string Tenant = "acme";
    private const long Limit = 3_000_000;

    // About half of them find room.
    private const int Jobs = 1500;

    private readonly FakeLedger _ledger = new();
    private readonly Lock _lock = new();
    private long _calls;
    private long _committed;
    private long _most;
    private long _spent;

    [Fact]
    public async Task Emptied_redis_lets_nothing_through()
    {
        using var redis = new RedisServer();
        Assert.InRange(await RunAsync(redis.ConnectionString, 3, () => Done(() => redis.Command("FLUSHALL"))), 1, Limit);
        await CheckAsync(redis.ConnectionString);
    }

    [Fact]
    public async Task Killed_redis_lets_nothing_through()
    {
        using var redis = new RedisServer();
        var most = await RunAsync(redis.ConnectionString, 3, () => Done(() =>
        {
            redis.Kill();
            redis.Start();
        }));
        Assert.InRange(most, 1, Limit);
        await CheckAsync(redis.ConnectionString);
    }

    /// <summary>
    /// A replica takes over that lacks its master's last writes. The proof can fail: without the check in the script, or
    /// without the rebuild from the ledger, the same jobs overspend.
    /// </summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Failover_that_loses_writes_lets_nothing_through(bool checks, bool rebuilds)
    {
        using var cluster = new RedisCluster();
        var lost = 0L;
        var most = await RunAsync(cluster.ConnectionString, 1, async () => lost = await cluster.FailOverWithLostWritesAsync($"igw:{{{Tenant}}}:counters"), checks, rebuilds);
        Assert.True(lost > 0, "no write was lost");
        if (!checks || !rebuilds)
        {
            Assert.True(most > Limit, $"{most} of {Limit} were committed although nothing prevented more");
            return;
        }
        Assert.InRange(most, 1, Limit);
        // Once at the beginning, and once more at the new master.
        Assert.True(_ledger.Rebuilds >= 2, "the counters were not built again");
        await CheckAsync(cluster.ConnectionString);
    }

    /// <summary>Runs jobs and, while they do, disasters; gives the most that was committed to providers at any moment.</summary>
    // The old master answers again, as a replica: what is sent to it by mistake is refused.
    [Fact]
    public async Task Store_follows_a_failover_after_which_the_old_master_comes_back()
    {
        using var cluster = new RedisCluster();
        using var link = await RedisLink.ConnectAsync(cluster.ConnectionString, TimeSpan.FromSeconds(1));
        var store = new RedisQuotaStore(link, _ledger);
        var use = RedisFailureTests.Use(1, Limit);
        Assert.True((await store.ReserveAsync(Tenant, "before", [use])).IsGranted);
        var (master, replica) = cluster.Of($"igw:{{{Tenant}}}:counters");
        master.Kill();
        await UntilAsync(() => replica.Command("INFO replication").Contains("role:master", StringComparison.Ordinal), "the replica took over");
        master.Start();
        await UntilAsync(() => master.Command("INFO replication").Contains("master_link_status:up", StringComparison.Ordinal), "the old master is a replica");
        await UntilAsync(() => master.Command("CLIENT LIST").Contains("name=imagegateway", StringComparison.Ordinal), "the link is with the old master again");
        await GrantedAsync(link, store, use, TimeSpan.FromSeconds(25));
    }

    /// <summary>Waits for grants in a row: a single one may be luck, between two attempts to reach the old master.</summary>
    private static async Task GrantedAsync(RedisLink link, RedisQuotaStore store, CounterUse use, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        for (var row = 0; row < 20;)
        {
            try
            {
                await RedisFailureTests.BackAsync(link);
                Assert.True((await store.ReserveAsync(Tenant, $"after {clock.ElapsedTicks}", [use])).IsGranted);
                row++;
            }
            catch (GatewayException) when (clock.Elapsed < patience)
            {
                row = 0;
                await Task.Delay(50);
            }
        }
    }

    private async Task<long> RunAsync(string redis, int disasters, Func<Task> disaster, bool checks = true, bool rebuilds = true)
    {
        var links = new List<RedisLink>();
        for (var i = 0; i < 3; i++)
            links.Add(await RedisLink.ConnectAsync(redis));
        // A store that knows no ledger begins again at nothing.
        var stores = links.ConvertAll(link => new RedisQuotaStore(link, rebuilds ? _ledger : new NoHistory(), checks: checks));
        using var over = new CancellationTokenSource();
        var probing = ProbeAsync(links, over.Token);
        var jobs = Parallel.ForAsync(0, Jobs, new ParallelOptions { MaxDegreeOfParallelism = 60 }, async (i, _) => await JobAsync(links[i % 3], stores[i % 3], i));
        for (var i = 1; i <= disasters; i++)
        {
            await UntilAsync(() => Interlocked.Read(ref _calls) >= 80 * i, "enough calls were made");
            await disaster();
        }
        await jobs;
        await over.CancelAsync();
        await probing;
        foreach (var (link, store) in links.Zip(stores))
            await BackAsync(link, store);
        links.ForEach(link => link.Dispose());
        return _most;
    }

    // Whatever happened, in the end what is counted is what was spent, to the nano-USD.
    private async Task CheckAsync(string redis)
    {
        using var link = await RedisLink.ConnectAsync(redis, TimeSpan.FromSeconds(10)); // it is the sums that matter here
        var store = new RedisQuotaStore(link, _ledger);
        await BackAsync(link, store); // a new connection may ask the master that is gone first
        var state = (await store.ReadAsync(Tenant, [RedisFailureTests.Use(0, Limit)]))[0];
        Assert.Equal((_spent, 0), (state.Used, state.Held));
    }

    private static Task Done(Action disaster)
    {
        disaster();
        return Task.CompletedTask;
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(2))
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), what);
    }

    private async Task JobAsync(RedisLink link, RedisQuotaStore store, int number)
    {
        var (id, random) = ($"{number}", new Random(number));
        var (worst, settledAt) = (random.NextInt64(1000, 9000), 0L);
        var use = RedisFailureTests.Use(worst, Limit);
        try
        {
            if (await ReserveAsync(link, store, id, use) is not { IsGranted: true, Generation: var granted })
                return;
            // The store may be lost and built again right here.
            if (random.Chance(20))
                await Task.Delay(random.Next(30));
            var generation = _ledger.Intend(id, worst, [use]);
            if (generation == granted || (await store.CoverAsync(Tenant, id, [use], generation)).IsGranted)
                settledAt = await CallAsync(random, worst);
        }
        catch (GatewayException)
        {
            // Refused: no call.
        }
        _ledger.Close(id, settledAt);
        await store.SettleAsync(Tenant, id, settledAt, 0);
    }

    // A client that is told to come back does, when the store answers again.
    private static async Task<QuotaAnswer> ReserveAsync(RedisLink link, RedisQuotaStore store, string id, CounterUse use)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await store.ReserveAsync(Tenant, id, [use]);
            }
            catch (GatewayException) when (attempt < 1000)
            {
                await UntilAsync(() => !link.IsOpen, "the store answers again");
            }
        }
    }

    private async Task<long> CallAsync(Random random, long worst)
    {
        var cost = random.NextInt64(worst / 2, worst + 1);
        lock (_lock)
        {
            _calls++;
            _most = Math.Max(_most, _committed += worst);
        }
        // A provider takes its time.
        await Task.Delay(random.Next(1, 40));
        lock (_lock)
        {
            _committed -= worst - cost;
            _spent += cost;
        }
        return cost;
    }

    // As the keeper does it: until nothing fails.
    private static async Task BackAsync(RedisLink link, RedisQuotaStore store)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await RedisFailureTests.BackAsync(link);
                await store.Late.RunAsync(store.SettleNowAsync);
                await store.AuditAsync(Tenant, TimeSpan.Zero, TimeSpan.Zero);
                return;
            }
            catch (GatewayException) when (attempt < 100)
            {
                await Task.Delay(20);
            }
        }
    }

    private static async Task ProbeAsync(List<RedisLink> links, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var link in links)
                await link.ProbeAsync();
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
