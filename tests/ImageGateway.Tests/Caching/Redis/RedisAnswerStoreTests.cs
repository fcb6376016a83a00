using ImageGateway.Caching;
using ImageGateway.Caching.Redis;
using ImageGateway.Images;
using ImageGateway.Redis;
using ImageGateway.Tests.Databases;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using static ImageGateway.Tests.Caching.RecordedAnswers;

namespace ImageGateway.Tests.Caching.Redis;

[Collection(RedisCollection.Name)]
public sealed class RedisAnswerStoreTests(RedisServer redis) : AnswerStoreTests, IClassFixture<RedisServer>, IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ManualTime _time = new();
    private RedisConnection? _connection;

    private protected override IAnswerStore Store => field ??= new RedisAnswerStore(_connection!, _time);

    public async Task InitializeAsync()
    {
        redis.Command("CONFIG SET maxmemory 0");
        redis.Command("FLUSHALL");
        _connection = await ConnectAsync(redis);
    }

    public Task DisposeAsync()
    {
        _connection?.Dispose();
        return Task.CompletedTask;
    }

    private protected override Task LaterAsync()
    {
        _time.Advance(TimeSpan.FromMilliseconds(5));
        return Task.CompletedTask;
    }

    private protected override void Alter(string key, StoredAnswer kept, int picture, int position)
    {
        var pictures = kept.Pictures.Concat(kept.Partials).ToList();
        var before = pictures.Take(picture).Sum(one => (one.Bytes.Length + RedisAnswerStore.ChunkSize - 1) / RedisAnswerStore.ChunkSize);
        var altered = pictures[picture].Bytes.Sequence.Slice(position).FirstSpan[0] == '#' ? '$' : '#';
        Assert.StartsWith(":", redis.Command($"SETRANGE {Named($"igw:{{acme}}:cache:{key}:NUMBER:{before + (position / RedisAnswerStore.ChunkSize)}")} {position % RedisAnswerStore.ChunkSize} {altered}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_said_of_pictures_is_a_miss_too_when_it_was_altered()
    {
        await Store.KeepAsync(Acme, "a", Of(1_200_000), Hour);
        Assert.StartsWith(":", redis.Command("SETRANGE igw:{acme}:cache:a 100 #"), StringComparison.Ordinal);
        Assert.Null(await Store.FindAsync(Acme, "a"));
    }

    [Theory]
    [InlineData("DEL igw:{acme}:cache:a:NUMBER:1")]
    [InlineData("SET igw:{acme}:cache:a:NUMBER:2 x")]
    [InlineData("SET igw:{acme}:cache:a x")]
    [InlineData("DEL igw:{acme}:cache:a")]
    public async Task Part_that_is_missing_or_short_makes_a_miss(string command)
    {
        await Store.KeepAsync(Acme, "a", Of(1_200_000), Hour);
        redis.Command(Named(command));
        Assert.Null(await Store.FindAsync(Acme, "a"));
    }

    [Fact]
    public async Task No_value_is_larger_than_a_chunk_and_all_of_them_end()
    {
        await Store.KeepAsync(Acme, "a", Of(3_000_000), Hour);
        for (var i = 0; i < 6; i++)
        {
            Assert.InRange(Number(redis.Command($"STRLEN {Named($"igw:{{acme}}:cache:a:NUMBER:{i}")}")), 1, RedisAnswerStore.ChunkSize);
            Assert.InRange(Number(redis.Command($"PTTL {Named($"igw:{{acme}}:cache:a:NUMBER:{i}")}")), 1, 3_600_000);
        }
        foreach (var key in (string[])["cache:a", "cache-order", "cache-sizes"])
            Assert.InRange(Number(redis.Command($"PTTL igw:{{acme}}:{key}")), 1, 3_600_000);
    }

    [Fact]
    public async Task What_goes_leaves_nothing_behind()
    {
        var partition = Acme with { MaxBytes = 1_300_000 };
        for (var i = 0; i < 4; i++)
        {
            await Store.KeepAsync(partition, $"{i % 2}", Of(1_200_000), Hour);
            await LaterAsync();
        }
        Assert.Equal(":6", redis.Command("DBSIZE")); // head, three chunks, order, sizes
    }

    [Fact]
    public async Task Full_server_keeps_nothing_and_finds_what_it_has()
    {
        await Store.KeepAsync(Acme, "before", Of(1_000), Hour);
        redis.Command("CONFIG SET maxmemory-policy noeviction");
        redis.Command("CONFIG SET maxmemory 3000000");
        Assert.False(await Store.KeepAsync(Acme, "a", Of(6_000_000), Hour));
        Assert.Null(await Store.FindAsync(Acme, "a"));
        Assert.NotNull(await Store.FindAsync(Acme, "before"));
    }

    [Fact]
    public async Task Server_that_is_gone_is_a_miss_until_it_is_back()
    {
        using var server = new RedisServer();
        using var connection = await ConnectAsync(server);
        var store = new RedisAnswerStore(connection, TimeProvider.System);
        Assert.True(await store.KeepAsync(Acme, "a", Of(1_000_000), Hour));
        server.Kill();
        Assert.Null(await store.FindAsync(Acme, "a"));
        Assert.False(await store.KeepAsync(Acme, "b", Of(1_000), Hour));
        server.Start();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await store.FindAsync(Acme, "a") is null)
            await Task.Delay(10, patience.Token);
    }

    // A busy machine may take longer to connect than the gateway waits for it.
    internal static async Task<RedisConnection> ConnectAsync(RedisServer server) =>
        new(await MultiplexerAsync(server), TimeSpan.FromSeconds(10), TimeProvider.System, NullLogger<RedisConnection>.Instance);

    internal static async Task<ConnectionMultiplexer> MultiplexerAsync(RedisServer server)
    {
        var redis = await RedisServers.ConnectAsync(server.ConnectionString, "tests");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!redis.IsConnected)
            await Task.Delay(10, patience.Token);
        return redis;
    }

    // The number of the answer's chunks is in the name of any.
    private string Named(string text)
    {
        if (!text.Contains("NUMBER", StringComparison.Ordinal))
            return text;
        var sizes = redis.Command("HGET igw:{acme}:cache-sizes a");
        return text.Replace("NUMBER", sizes.Split(':')[1], StringComparison.Ordinal);
    }

    private static long Number(string answer) => long.Parse(answer[1..]);
}

[Collection(RedisCollection.Name)]
public sealed class RedisClaimStoreTests(RedisServer redis) : ClaimStoreTests, IClassFixture<RedisServer>, IAsyncLifetime
{
    private RedisConnection? _connection;

    private protected override IClaimStore Store => field ??= new RedisClaimStore(_connection!);

    public async Task InitializeAsync()
    {
        redis.Command("FLUSHALL");
        _connection = await RedisAnswerStoreTests.ConnectAsync(redis);
    }

    public Task DisposeAsync()
    {
        _connection?.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Claims_end_by_themselves()
    {
        await Store.TakeAsync("acme", "a", Mine);
        Assert.InRange(Ttl("a"), 1, Store.Lease.TotalMilliseconds);
        redis.Command("PEXPIRE igw:{acme}:claim:a 1000");
        Assert.True(await Store.RenewAsync("acme", "a", "me"));
        Assert.InRange(Ttl("a"), 1001, Store.Lease.TotalMilliseconds);
        await Store.SettleAsync("acme", "a", "me", "done", TimeSpan.FromHours(24));
        Assert.InRange(Ttl("a"), 86_000_000, 86_400_000);
    }

    // It is let go behind itself, on the same connection.
    [Fact]
    public async Task Claim_that_is_taken_too_late_is_let_go()
    {
        var multiplexer = await RedisAnswerStoreTests.MultiplexerAsync(redis);
        using var patient = new RedisConnection(multiplexer, TimeSpan.FromSeconds(10), TimeProvider.System, NullLogger<RedisConnection>.Instance);
        using var hasty = new RedisConnection(multiplexer, TimeSpan.FromMilliseconds(200), TimeProvider.System, NullLogger<RedisConnection>.Instance);
        await new RedisClaimStore(patient).TakeAsync("acme", "before", Mine);
        redis.Command("CLIENT PAUSE 60000 WRITE");
        await Assert.ThrowsAsync<GatewayException>(async () => await new RedisClaimStore(hasty).TakeAsync("acme", "a", Mine));
        redis.Command("CLIENT UNPAUSE");
        Assert.Null(await new RedisClaimStore(patient).FindAsync("acme", "a"));
    }

    private long Ttl(string name) => long.Parse(redis.Command($"PTTL igw:{{acme}}:claim:{name}")[1..]);
}
