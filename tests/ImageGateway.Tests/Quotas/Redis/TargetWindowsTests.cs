using ImageGateway.Quotas.Redis;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Tests.Quotas.Redis;

/// <summary>The minute of a target, shared by two replicas.</summary>
[Collection(RedisCollection.Name)]
public sealed class TargetWindowsTests(RedisServer redis) : IClassFixture<RedisServer>, IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private RedisLink? _link;

    private TargetWindows Replica => new(_link!, () => _time.Now.ToUnixTimeMilliseconds());

    public async Task InitializeAsync()
    {
        redis.Command("FLUSHALL");
        _link = await RedisLink.ConnectAsync(redis.ConnectionString, TimeSpan.FromSeconds(10));
    }

    public Task DisposeAsync()
    {
        _link?.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Replicas_take_of_one_minute_and_what_leaves_it_is_free_again()
    {
        var (one, two) = (Replica, Replica);
        for (var call = 0; call < 6; call++, _time.Advance(TimeSpan.FromSeconds(5)))
            Assert.Equal(TimeSpan.Zero, await (call % 2 == 0 ? one : two).TakeAsync("azure/std", 1, 6, 1, null));
        Assert.Equal(TimeSpan.FromSeconds(30), await one.TakeAsync("azure/std", 1, 6, 1, null));
        Assert.Equal(TimeSpan.FromSeconds(35), await two.TakeAsync("azure/std", 2, 6, 1, null));
        Assert.Equal(TimeSpan.Zero, await two.TakeAsync("azure/other", 1, 6, 1, null));
        _time.Advance(TimeSpan.FromMilliseconds(29_999));
        Assert.Equal(TimeSpan.FromMilliseconds(1), await one.TakeAsync("azure/std", 1, 6, 1, null));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, await one.TakeAsync("azure/std", 1, 6, 1, null));
        Assert.Equal(TimeSpan.FromSeconds(5), await two.TakeAsync("azure/std", 1, 6, 1, null));
    }

    [Fact]
    public async Task Pictures_and_calls_are_both_limited_and_nothing_is_taken_of_one_alone()
    {
        var replica = Replica;
        Assert.Equal(TimeSpan.Zero, await replica.TakeAsync("azure/std", 1, 3, 4, 5));
        Assert.Equal(TimeSpan.FromMinutes(1), await replica.TakeAsync("azure/std", 1, 3, 2, 5));
        Assert.Equal(TimeSpan.Zero, await replica.TakeAsync("azure/std", 1, 3, 1, 5));
        Assert.Equal(TimeSpan.Zero, await replica.TakeAsync("azure/std", 1, 3, 0, 5));
        Assert.Equal(TimeSpan.FromMinutes(1), await replica.TakeAsync("azure/std", 1, 3, 0, 5));
    }

    [Fact]
    public async Task Calls_at_the_same_time_take_what_there_is_and_no_more()
    {
        TargetWindows[] replicas = [Replica, Replica];
        var waits = await Task.WhenAll(Enumerable.Range(0, 200).Select(call => replicas[call % 2].TakeAsync("azure/std", 1, 70, 2, 120).AsTask()));
        Assert.Equal([(TimeSpan.Zero, 60), (TimeSpan.FromMinutes(1), 140)], waits.CountBy(wait => wait!.Value).Select(count => (count.Key, count.Value)).Order());
        Assert.Equal(TimeSpan.Zero, await replicas[0].TakeAsync("azure/std", 10, 70, 0, 120));
        Assert.Equal(TimeSpan.FromMinutes(1), await replicas[0].TakeAsync("azure/std", 1, 70, 0, 120));
    }

    // It would never fit otherwise.
    [Fact]
    public async Task More_than_the_limit_fits_an_empty_window()
    {
        var replica = Replica;
        Assert.Equal(TimeSpan.Zero, await replica.TakeAsync("azure/std", 1, 6, 10, 4));
        Assert.Equal(TimeSpan.FromMinutes(1), await replica.TakeAsync("azure/std", 1, 6, 1, 4));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.Zero, await replica.TakeAsync("azure/std", 1, 6, 1, 4));
    }

    [Fact]
    public async Task Server_that_is_gone_says_nothing()
    {
        using var own = new RedisServer();
        using var link = await RedisLink.ConnectAsync(own.ConnectionString);
        own.Kill();
        Assert.Null(await new TargetWindows(link).TakeAsync("azure/std", 1, 6, 1, null));
    }
}
