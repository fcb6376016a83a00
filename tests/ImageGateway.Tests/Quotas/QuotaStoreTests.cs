using ImageGateway.Quotas;

namespace ImageGateway.Tests.Quotas;

/// <summary>What every store of quotas does, whatever it keeps its counters in.</summary>
public abstract class QuotaStoreTests
{
    private const string Tenant = "acme";
    private const long Usd = 1_000_000_000;

    private protected ManualTime Time { get; } = new();

    private protected abstract IQuotaStore Store { get; }

    [Fact]
    public async Task Reservation_takes_at_every_scope_or_at_none()
    {
        var wide = Use("tenant:acme", "usd_per_day", 10 * Usd, 4 * Usd);
        var narrow = Use("project:acme/web", "usd_per_day", 5 * Usd, 4 * Usd);
        Assert.True((await Store.ReserveAsync(Tenant, "a", [wide, narrow])).IsGranted);
        var refused = await Store.ReserveAsync(Tenant, "b", [wide, narrow]);
        Assert.Equal((1, new CounterState(0, 4 * Usd)), (refused.Refused, refused.States[1]));
        Assert.Equal([new CounterState(0, 4 * Usd), new CounterState(0, 4 * Usd)], await Store.ReadAsync(Tenant, [wide, narrow]));
    }

    [Fact]
    public async Task Settlement_puts_what_was_used_in_the_place_of_what_was_held()
    {
        var use = Use("tenant:acme", "usd_per_month", 10 * Usd, 4 * Usd);
        await Store.ReserveAsync(Tenant, "a", [use]);
        Assert.True(await Store.SettleAsync(Tenant, "a", 1 * Usd, 0));
        Assert.Equal([new CounterState(Usd, 0)], await Store.ReadAsync(Tenant, [use]));
    }

    [Fact]
    public async Task Calls_may_be_repeated()
    {
        var use = Use("tenant:acme", "usd_total", 10 * Usd, 4 * Usd);
        Assert.True((await Store.ReserveAsync(Tenant, "a", [use])).IsGranted);
        Assert.True((await Store.ReserveAsync(Tenant, "a", [use])).IsGranted);
        Assert.Equal([new CounterState(0, 4 * Usd)], await Store.ReadAsync(Tenant, [use]));
        Assert.True(await Store.SettleAsync(Tenant, "a", Usd, 0));
        Assert.False(await Store.SettleAsync(Tenant, "a", Usd, 0));
        Assert.Equal([new CounterState(Usd, 0)], await Store.ReadAsync(Tenant, [use]));
    }

    [Fact]
    public async Task Covering_more_needs_room_and_is_held_however_often_it_is_asked()
    {
        var use = Use("tenant:acme", "usd_per_day", 10 * Usd, 4 * Usd);
        await Store.ReserveAsync(Tenant, "a", [use]);
        for (var i = 0; i < 2; i++)
            Assert.True((await Store.CoverAsync(Tenant, "a", [use with { Amount = 10 * Usd }], 0)).IsGranted);
        var refused = await Store.CoverAsync(Tenant, "a", [use with { Amount = (10 * Usd) + 1 }], 0);
        Assert.Equal((0, new CounterState(0, 10 * Usd)), (refused.Refused, refused.States[0]));
        Assert.True((await Store.CoverAsync(Tenant, "a", [use], 0)).IsGranted);
        Assert.Equal([new CounterState(0, 10 * Usd)], await Store.ReadAsync(Tenant, [use]));
        await Store.SettleAsync(Tenant, "a", 3 * Usd, 0);
        Assert.Equal([new CounterState(3 * Usd, 0)], await Store.ReadAsync(Tenant, [use]));
    }

    // What holds nothing yet is held; what nobody has room for any more is not covered, however little it asks.
    [Fact]
    public async Task Covering_what_is_not_there_holds_it_and_what_no_longer_fits_is_refused()
    {
        var use = Use("tenant:acme", "usd_per_day", 10 * Usd, 4 * Usd);
        Assert.True((await Store.CoverAsync(Tenant, "a", [use], 0)).IsGranted);
        Assert.Equal([new CounterState(0, 4 * Usd)], await Store.ReadAsync(Tenant, [use]));
        Assert.False((await Store.CoverAsync(Tenant, "a", [Use("tenant:acme", "usd_per_day", 3 * Usd, 4 * Usd)], 0)).IsGranted);
    }

    [Fact]
    public async Task Bucket_starts_full_and_refills_evenly()
    {
        var use = Use("key:acme/web", "images_per_minute", 60, 60);
        Assert.True((await Store.ReserveAsync(Tenant, null, [use])).IsGranted);
        var refused = await Store.ReserveAsync(Tenant, null, [Use("key:acme/web", "images_per_minute", 60, 3)]);
        Assert.Equal((0, 3000), (refused.Refused, refused.RetryAfterMs));
        Time.Advance(TimeSpan.FromMilliseconds(2999));
        Assert.False((await Store.ReserveAsync(Tenant, null, [Use("key:acme/web", "images_per_minute", 60, 3)])).IsGranted);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await Store.ReserveAsync(Tenant, null, [Use("key:acme/web", "images_per_minute", 60, 3)])).IsGranted);
    }

    // Who waits as long as is said is let in; and for money that is spent no waiting helps.
    [Fact]
    public async Task Of_several_full_buckets_the_slowest_says_how_long_to_wait_and_a_spent_sum_comes_before_them()
    {
        CounterUse[] uses = [Use("tenant:acme", "requests_per_minute", 60, 1), Use("key:web", "requests_per_minute", 2, 1)];
        await Store.ReserveAsync(Tenant, null, [uses[0] with { Amount = 60 }, uses[1] with { Amount = 2 }]);
        var refused = await Store.ReserveAsync(Tenant, null, uses);
        Assert.Equal((1, 30_000), (refused.Refused, refused.RetryAfterMs));
        Time.Advance(TimeSpan.FromMilliseconds(refused.RetryAfterMs));
        CounterUse[] later = [.. uses.Select(use => use with { Now = Time.Now })];
        Assert.True((await Store.ReserveAsync(Tenant, null, later)).IsGranted);
        Assert.Equal(2, (await Store.ReserveAsync(Tenant, "a", [.. later, Use("key:web", "usd_total", 1, 2)])).Refused);
    }

    [Fact]
    public async Task Tokens_that_were_not_used_go_back_into_their_bucket()
    {
        var use = Use("tenant:acme", "output_tokens_per_minute", 6000, 6000);
        await Store.ReserveAsync(Tenant, "a", [use]);
        await Store.SettleAsync(Tenant, "a", 0, 1000);
        Assert.Equal([new CounterState(1000, 0)], await Store.ReadAsync(Tenant, [use]));
    }

    [Fact]
    public async Task What_is_in_flight_counts_until_it_ends()
    {
        var use = Use("tenant:acme", "concurrent_images", 4, 3);
        Assert.True((await Store.ReserveAsync(Tenant, "a", [use])).IsGranted);
        Assert.False((await Store.ReserveAsync(Tenant, "b", [use])).IsGranted);
        await Store.SettleAsync(Tenant, "a", 0, 0);
        Assert.True((await Store.ReserveAsync(Tenant, "b", [use])).IsGranted);
    }

    [Fact]
    public async Task New_window_begins_at_nothing_and_the_old_one_is_settled_in_itself()
    {
        Time.Now = new DateTimeOffset(2026, 11, 30, 23, 59, 59, TimeSpan.Zero);
        var (day, month) = (Use("tenant:acme", "usd_per_day", 10 * Usd, 8 * Usd), Use("tenant:acme", "usd_per_month", 100 * Usd, 8 * Usd));
        await Store.ReserveAsync(Tenant, "a", [day, month]);
        Time.Advance(TimeSpan.FromSeconds(2));
        var tomorrow = Use("tenant:acme", "usd_per_day", 10 * Usd, 8 * Usd);
        Assert.True((await Store.ReserveAsync(Tenant, "b", [tomorrow])).IsGranted);
        await Store.SettleAsync(Tenant, "a", 7 * Usd, 0);
        Assert.Equal([new CounterState(7 * Usd, 0), new CounterState(0, 8 * Usd)], await Store.ReadAsync(Tenant, [day, tomorrow]));
    }

    [Fact]
    public async Task Limit_that_only_warns_counts_and_refuses_nothing()
    {
        var use = new CounterUse("tenant:acme", new Limit(LimitKind.ByWord["usd_per_day"], null, 5 * Usd), 4 * Usd, Time.Now);
        Assert.True((await Store.ReserveAsync(Tenant, "a", [use])).IsGranted);
        var second = await Store.ReserveAsync(Tenant, "b", [use]);
        Assert.Equal((true, new CounterState(0, 8 * Usd)), (second.IsGranted, second.States[0]));
    }

    [Fact]
    public async Task Clock_that_goes_back_refills_nothing()
    {
        var use = Use("tenant:acme", "requests_per_minute", 60, 60);
        await Store.ReserveAsync(Tenant, null, [use]);
        Time.Now -= TimeSpan.FromMinutes(5);
        Assert.False((await Store.ReserveAsync(Tenant, null, [Use("tenant:acme", "requests_per_minute", 60, 1)])).IsGranted);
    }

    [Fact]
    public async Task Concurrent_jobs_never_pass_a_budget()
    {
        var random = new Random(3);
        var use = Use("tenant:acme", "usd_per_day", 100 * Usd, 1 * Usd);
        var most = 0L;
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            if (!(await Store.ReserveAsync(Tenant, $"{i}", [use])).IsGranted)
                return;
            var state = (await Store.ReadAsync(Tenant, [use]))[0];
            Assert.True(state.Used + state.Held <= 100 * Usd);
            var part = random.NextInt64(0, Usd);
            Interlocked.Add(ref most, part);
            await Store.SettleAsync(Tenant, $"{i}", part, 0);
        });
        Assert.Equal([new CounterState(most, 0)], await Store.ReadAsync(Tenant, [use]));
        Assert.InRange(most, 90 * Usd, 100 * Usd);
    }

    // As they come when the ledger has written many entries at once. The sums are above 2^53, and what is left is one nano-USD.
    [Fact]
    public async Task Settlements_at_the_same_time_are_each_done_once_and_exactly()
    {
        const int Jobs = 200;
        const long Each = 123_456_789_012_345;
        var usd = Use("tenant:acme", "usd_total", (Jobs * Each) + 1, Each);
        var tokens = Use("tenant:acme", "output_tokens_per_minute", 1_000_000, 5_000);
        var granted = await Task.WhenAll(Enumerable.Range(0, Jobs).Select(i => Store.ReserveAsync(Tenant, $"{i}", [usd, tokens]).AsTask()));
        Assert.All(granted, answer => Assert.True(answer.IsGranted));
        var settled = await Task.WhenAll(Enumerable.Range(0, 2 * Jobs).Select(i => Store.SettleAsync(Tenant, $"{i % Jobs}", Each - 1, 4_000).AsTask()));
        Assert.Equal(Jobs, settled.Count(done => done));
        Assert.Equal([new CounterState(Jobs * (Each - 1), 0), new CounterState(Jobs * 4_000, 0)], await Store.ReadAsync(Tenant, [usd, tokens]));
        Assert.True((await Store.ReserveAsync(Tenant, "rest", [usd with { Amount = Jobs + 1 }])).IsGranted);
        Assert.False((await Store.ReserveAsync(Tenant, "more", [usd with { Amount = 1 }])).IsGranted);
    }

    // Jobs reserve, grow, settle, repeat themselves, crash and are swept at their worst; time passes and limits change.
    [Fact]
    public Task Store_answers_as_the_oracle_whatever_happens() => Task.Run(() =>
        Properties.Hold(40, random => CompareAsync($"tenant-{Guid.NewGuid():N}", random).GetAwaiter().GetResult()));

    private async Task CompareAsync(string tenant, Random random)
    {
        var (oracle, most) = (new QuotaOracle(), 40 * Usd);
        for (var step = 0; step < 60; step++)
        {
            var id = $"{random.Next(12)}";
            switch (random.Next(8))
            {
                case 0 or 1 or 2 or 3:
                    var uses = Uses(random, most);
                    var covers = random.Chance(40);
                    var answer = covers ? await Store.CoverAsync(tenant, id, uses, 0) : await Store.ReserveAsync(tenant, id, uses);
                    Assert.Equal(covers ? oracle.Cover(id, uses) : oracle.Reserve(id, uses), answer.Refused);
                    Assert.Equal(uses.Select(oracle.State), answer.States);
                    break;
                case 4 or 5:
                    var (usd, tokens) = oracle.Open.Contains(id) ? oracle.Held(id) : (1, 1);
                    // A process that is gone is swept: charged at its worst, its tokens not known.
                    var isSwept = random.Chance(30);
                    usd = isSwept ? usd : random.NextInt64(0, usd + 1);
                    long? used = isSwept ? null : random.NextInt64(0, tokens + 1);
                    Assert.Equal(oracle.Settle(id, usd, used, Time.Now), await Store.SettleAsync(tenant, id, usd, used));
                    break;
                case 6:
                    Time.Advance(TimeSpan.FromMilliseconds(random.Pick(1, 999, 20_000, 3_600_000, 40_000_000)));
                    break;
                default:
                    most = random.NextInt64(1, 80) * Usd;
                    break;
            }
            var all = Uses(random, most);
            Assert.Equal(all.Select(oracle.State), await Store.ReadAsync(tenant, all));
            await DisturbAsync(random);
        }
    }

    // What must make no difference: a store may be disturbed as its kind is in life.
    private protected virtual Task DisturbAsync(Random random) => Task.CompletedTask;

    private CounterUse[] Uses(Random random, long most)
    {
        var (usd, tokens, images) = (random.NextInt64(1, 12 * Usd), random.NextInt64(1, 3000), random.Next(1, 4));
        return
        [
            Use("tenant:acme", "images_per_minute", 20, images),
            Use("tenant:acme", "output_tokens_per_minute", 9000, tokens),
            Use("tenant:acme", "concurrent_images", 12, images),
            Use("tenant:acme", "usd_per_day", most, usd),
            Use("project:acme/web", "usd_per_month", 9 * most, usd),
            Use("user:acme/ann", "output_tokens_per_month", 60_000, tokens),
            Use("tenant:acme", "usd_total", 30 * most, usd),
        ];
    }

    private protected CounterUse Use(string scope, string word, long max, long amount) => new(scope, new Limit(LimitKind.ByWord[word], max, null), amount, Time.Now);
}
