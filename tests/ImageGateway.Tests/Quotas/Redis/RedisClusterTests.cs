using ImageGateway.Quotas;
using ImageGateway.Quotas.Redis;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Tests.Quotas.Redis;

/// <summary>The store over a cluster does what every store does: all keys of a tenant are in one shard.</summary>
[Collection(RedisCollection.Name)]
public sealed class RedisClusterTests(RedisCluster cluster) : QuotaStoreTests, IClassFixture<RedisCluster>, IAsyncLifetime
{
    private RedisLink? _link;

    private protected override IQuotaStore Store => field ??= new RedisQuotaStore(_link!, new NoHistory(), () => Time.Now.ToUnixTimeMilliseconds());

    public async Task InitializeAsync()
    {
        cluster.Flush();
        _link = await RedisLink.ConnectAsync(cluster.ConnectionString, TimeSpan.FromSeconds(10));
    }

    public Task DisposeAsync()
    {
        _link?.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Tenants_are_spread_over_the_shards()
    {
        for (var tenant = 0; tenant < 40; tenant++)
            Assert.True((await Store.ReserveAsync($"t{tenant}", "a", [Use($"tenant:t{tenant}", "usd_total", 10, 1)])).IsGranted);
        Assert.Equal(3, Enumerable.Range(0, 40).Select(tenant => cluster.Of($"igw:{{t{tenant}}}:counters").Master.Port).Distinct().Count());
    }
}
