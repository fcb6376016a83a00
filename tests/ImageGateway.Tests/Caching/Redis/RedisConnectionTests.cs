using ImageGateway.Caching.Redis;
using ImageGateway.Images;
using ImageGateway.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.Tests.Caching.Redis;

public sealed class RedisConnectionTests
{
    [Fact]
    public async Task Call_that_fails_is_counted()
    {
        using var redis = new RedisConnection(await RedisServers.ConnectAsync("127.0.0.1:1,connectTimeout=10", "test"), TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger<RedisConnection>.Instance);
        await Assert.ThrowsAsync<GatewayException>(() => redis.RunAsync(database => database.StringGetAsync("x")));
        Assert.Equal(1, redis.Failures);
    }
}
