using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Quotas.Redis;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Tests.Quotas.Redis;

/// <summary>Three stores over one Redis, as three replicas have, whose data goes while jobs run.</summary>
[Collection(RedisCollection.Name)]
public sealed class RedisDisasterTests : IDisposable
{
    private const string Tenant = "acme";
    private const long Limit = 3_000_000;

    private readonly RedisServer _redis = new();
    private readonly FakeLedger _ledger = new();
    private readonly Lock _lock = new();
    private long _calls;
    private long _committed;
    private long _most;
    private long _spent;

    public void Dispose() => _redis.Dispose();

    [Fact]
    public async Task Emptied_redis_lets_nothing_through() => Assert.InRange(await RunAsync(true, () => _redis.Command("FLUSHALL")), 1, Limit);

    [Fact]
    public async Task Killed_redis_lets_nothing_through() => Assert.InRange(
        await RunAsync(true, () =>
        {
            _redis.Kill();
            _redis.Start();
        }), 1, Limit);

    // The proof can fail: without the check in the script the same jobs overspend.
    [Fact]
    public async Task Without_the_check_the_same_jobs_overspend() => Assert.True(await RunAsync(false, () => { }) > Limit);

    /// <summary>Runs jobs, of which about half find room, and gives the most that was committed to providers at any moment.</summary>
    private async Task<long> RunAsync(bool checks, Action disaster)
    {
        var links = new List<RedisLink>();
        for (var i = 0; i < 3; i++)
            links.Add(await RedisLink.ConnectAsync(_redis.ConnectionString));
        var stores = links.ConvertAll(link => new RedisQuotaStore(link, _ledger, checks: checks));
        using var over = new CancellationTokenSource();
        var probing = ProbeAsync(links, over.Token);
        var jobs = Parallel.ForAsync(0, 1500, new ParallelOptions { MaxDegreeOfParallelism = 60 }, async (i, _) => await JobAsync(stores[i % 3], i));
        for (var i = 0; i < 3; i++)
        {
            await Task.Delay(150);
            disaster();
        }
        await jobs;
        await over.CancelAsync();
        await probing;
        foreach (var (link, store) in links.Zip(stores))
            await BackAsync(link, store);
        var state = (await stores[0].ReadAsync(Tenant, [RedisFailureTests.Use(0, Limit)]))[0];
        Assert.Equal((_spent, 0), (state.Used, state.Held));
        Assert.True(_calls > 50, $"{_calls} calls were made");
        links.ForEach(link => link.Dispose());
        return _most;
    }

    private async Task JobAsync(RedisQuotaStore store, int number)
    {
        var (id, random) = ($"{number}", new Random(number));
        var (worst, settledAt) = (random.NextInt64(1000, 9000), 0L);
        var use = RedisFailureTests.Use(worst, Limit);
        try
        {
            if (await ReserveAsync(store, id, use) is not { IsGranted: true, Generation: var granted })
                return;
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

    // A client that is told to come back does.
    private static async Task<QuotaAnswer> ReserveAsync(RedisQuotaStore store, string id, CounterUse use)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await store.ReserveAsync(Tenant, id, [use]);
            }
            catch (GatewayException) when (attempt < 100)
            {
                await Task.Delay(25);
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
