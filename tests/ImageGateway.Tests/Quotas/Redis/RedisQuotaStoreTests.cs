using ImageGateway.Quotas;
using ImageGateway.Quotas.Redis;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Tests.Quotas.Redis;

/// <summary>The store in Redis does what every store does, and what only one outside the process must.</summary>
[Collection(RedisCollection.Name)]
public sealed class RedisQuotaStoreTests(RedisServer redis) : QuotaStoreTests, IClassFixture<RedisServer>, IAsyncLifetime
{
    private const string Tenant = "acme";
    private const long Usd = 1_000_000_000;

    private RedisLink? _link;

    private protected override IQuotaStore Store => field ??= Over(new NoHistory());

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

    // Sums above 2^53 nano-USD, which Lua's numbers do not tell apart.
    [Fact]
    public async Task Sums_of_nine_million_usd_are_exact_to_the_nano_usd()
    {
        const long Most = (9_007_199 * Usd) + 254_740_993;
        var use = Use("tenant:acme", "usd_total", Most, Most - 1);
        Assert.True((await Store.ReserveAsync(Tenant, "a", [use])).IsGranted);
        Assert.False((await Store.ReserveAsync(Tenant, "b", [use with { Amount = 2 }])).IsGranted);
        Assert.True((await Store.ReserveAsync(Tenant, "c", [use with { Amount = 1 }])).IsGranted);
        Assert.False((await Store.ReserveAsync(Tenant, "d", [use with { Amount = 1 }])).IsGranted);
        Assert.Equal([new CounterState(0, Most)], await Store.ReadAsync(Tenant, [use]));
        Assert.True(await Store.SettleAsync(Tenant, "a", Most - 3, 0));
        Assert.True((await Store.CoverAsync(Tenant, "c", [use with { Amount = 3 }], 0)).IsGranted);
        Assert.False((await Store.CoverAsync(Tenant, "c", [use with { Amount = 4 }], 0)).IsGranted);
        Assert.Equal([new CounterState(Most - 3, 3)], await Store.ReadAsync(Tenant, [use]));
    }

    // Anybody may look, at any user.
    [Fact]
    public async Task Looking_makes_no_counter_and_tells_what_the_ledger_has()
    {
        var (ledger, use) = (new FakeLedger(), Use("user:acme/ann", "usd_total", 10, 4));
        var store = Over(ledger);
        ledger.Intend("over", 3, [use]);
        ledger.Close("over", 3);
        ledger.Intend("running", 2, [use]);
        var known = Use("tenant:acme", "usd_total", 10, 4);
        await store.ReserveAsync(Tenant, "a", [known]);
        Assert.Equal([new CounterState(0, 4), new CounterState(3, 2)], await store.ReadAsync(Tenant, [known, use]));
        Assert.Equal(":0", redis.Command("HEXISTS igw:{acme}:counters u|user:acme/ann|usd_total|").Trim());
    }

    [Theory]
    [InlineData(9_999_999_999_999_999)]
    [InlineData(1_000_000_000)]
    [InlineData(999_999_999)]
    [InlineData(1_000_000_000_000_000_000)]
    public async Task Budget_is_used_to_its_last_nano_usd(long most)
    {
        var use = Use("tenant:acme", "usd_total", most, most - 1);
        await Store.ReserveAsync(Tenant, "a", [use]);
        Assert.True((await Store.CoverAsync(Tenant, "a", [use with { Amount = most }], 0)).IsGranted);
        Assert.False((await Store.ReserveAsync(Tenant, "b", [use with { Amount = 1 }])).IsGranted);
        await Store.SettleAsync(Tenant, "a", most - 1, 0);
        Assert.Equal(new CounterState(most - 1, 1), (await Store.ReserveAsync(Tenant, "b", [use with { Amount = 1 }])).States[0]);
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_sent_again()
    {
        var use = Use("tenant:acme", "usd_per_day", 10 * Usd, 4 * Usd);
        await Store.ReserveAsync(Tenant, "a", [use]);
        redis.Command("SCRIPT FLUSH");
        Assert.True((await Store.ReserveAsync(Tenant, "b", [use])).IsGranted);
        redis.Command("SCRIPT FLUSH");
        Assert.True(await Store.SettleAsync(Tenant, "b", Usd, 0));
        Assert.Equal([new CounterState(Usd, 4 * Usd)], await Store.ReadAsync(Tenant, [use]));
    }

    // One hash tag, and no key that is kept for ever while a ledger knows the sums.
    [Fact]
    public async Task Keys_of_a_tenant_share_a_hash_tag_and_expire()
    {
        await Over(new FakeLedger()).ReserveAsync(Tenant, "a", [Use("tenant:acme", "usd_total", 10 * Usd, Usd), Use("user:acme/x}{y", "images_per_minute", 10, 1)]);
        Assert.Equal(":3", redis.Command("DBSIZE"));
        foreach (var key in (string[])["igw:{acme}:counters", "igw:{acme}:times", "igw:{acme}:open"])
            Assert.InRange(int.Parse(redis.Command($"TTL {key}")[1..]), 3_000_000, 3_500_000);
    }

    [Fact]
    public async Task Counters_of_windows_that_are_over_are_forgotten()
    {
        for (var day = 0; day < 30; day++, Time.Advance(TimeSpan.FromDays(1)))
        {
            await Store.ReserveAsync(Tenant, $"{day}", [Use("tenant:acme", "usd_per_day", 10 * Usd, Usd), Use($"user:acme/{day}", "requests_per_minute", 10, 1)]);
            await Store.SettleAsync(Tenant, $"{day}", Usd, 0);
        }
        // Server, generation and birth, and of two days used, held and a bucket's two.
        Assert.InRange(int.Parse(redis.Command("HLEN igw:{acme}:counters")[1..]), 3, 3 + (2 * 4));
    }

    // Of a replica that builds the counters of other end users, of which there are many when a day begins.
    [Fact]
    public async Task Job_with_a_new_counter_waits_for_another_replica_that_builds()
    {
        Assert.Equal("+OK", redis.Command("SET igw:{acme}:lock another PX 500"));
        Assert.True((await Over(new FakeLedger()).ReserveAsync(Tenant, "a", [Use("user:acme/new", "usd_per_day", 10 * Usd, Usd)])).IsGranted);
    }

    [Fact]
    public async Task New_counters_of_many_jobs_are_built_together()
    {
        var ledger = new FakeLedger();
        var store = Over(ledger);
        await store.ReserveAsync(Tenant, "first", [Use("tenant:acme", "usd_per_day", 100 * Usd, Usd)]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(user => store.ReserveAsync(Tenant, $"{user}", [Use($"user:acme/{user}", "usd_per_day", 10 * Usd, Usd)]).AsTask()));
        Assert.All(answers, answer => Assert.True(answer.IsGranted));
        Assert.InRange(ledger.Reads, 1, 20);
    }

    // The ledger does not know how many tokens a job in flight may use; what it did use counts.
    [Fact]
    public async Task Tokens_of_a_job_that_ran_when_its_sum_was_read_count_when_it_is_settled()
    {
        var (ledger, use) = (new FakeLedger(), Use("tenant:acme", "output_tokens_per_month", 10_000, 4000));
        ledger.Intend("running", 1, [use]);
        var store = Over(ledger);
        await store.ReserveAsync(Tenant, "a", [use]);
        Assert.True(await store.SettleAsync(Tenant, "running", 1, 3000));
        Assert.Equal([new CounterState(3000, 4000)], await store.ReadAsync(Tenant, [use]));
    }

    // What is read before it must not pass for it.
    [Fact]
    public async Task Generation_that_begins_while_counters_are_built_has_them_built_again()
    {
        var ledger = new FakeLedger();
        var history = new PausedHistory(ledger);
        var (store, use) = (Over(history), Use("tenant:acme", "usd_per_day", 10 * Usd, Usd));
        var first = store.ReserveAsync(Tenant, "a", [use]).AsTask();
        await history.Asked.Task;
        ledger.Intend("elsewhere", 2 * Usd, [use]);
        var second = store.CoverAsync(Tenant, "b", [use], await ledger.NextGenerationAsync(Tenant)).AsTask();
        history.GoOn.SetResult();
        await Task.WhenAll(first, second);
        Assert.InRange((await store.ReadAsync(Tenant, [use]))[0].Held, 3 * Usd, 4 * Usd);
    }

    private protected override Task DisturbAsync(Random random)
    {
        if (random.Chance(5))
            redis.Command("SCRIPT FLUSH");
        return Task.CompletedTask;
    }

    private RedisQuotaStore Over(IQuotaHistory history) => new(_link!, history, () => Time.Now.ToUnixTimeMilliseconds());
}
