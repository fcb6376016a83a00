using ImageGateway.Quotas;

namespace ImageGateway.Tests.Quotas;

/// <summary>The store in memory does what every store does, and begins with what the ledger has.</summary>
public sealed class MemoryQuotaStoreTests : QuotaStoreTests
{
    private const string Tenant = "acme";

    private readonly FakeLedger _ledger = new();

    public MemoryQuotaStoreTests() => Store = new MemoryQuotaStore(new NoHistory(), Time);

    private protected override IQuotaStore Store { get; }

    // Whether the window began before the process or not: jobs may have run before there was a limit.
    [Theory]
    [InlineData("usd_per_day")]
    [InlineData("usd_per_month")]
    [InlineData("usd_total")]
    public async Task Limit_that_is_new_begins_with_the_ledgers_sum_and_its_open_jobs(string word)
    {
        var store = new MemoryQuotaStore(_ledger, Time);
        Time.Advance(TimeSpan.FromDays(40));
        var use = Use("tenant:acme", word, 10, 4);
        Spend("over", 3, use);
        _ledger.Intend("running", 2, [use]);
        Assert.Equal([new CounterState(3, 2)], await store.ReadAsync(Tenant, [use]));
        Assert.True((await store.ReserveAsync(Tenant, "a", [use])).IsGranted);
        Assert.False((await store.ReserveAsync(Tenant, "b", [use])).IsGranted);
        Assert.True(await store.SettleAsync(Tenant, "running", 1, 0));
        Assert.Equal([new CounterState(4, 4)], await store.ReadAsync(Tenant, [use]));
    }

    // What ran while a limit was away is in the ledger alone; what is in flight stays held, and is settled once.
    [Fact]
    public async Task Renewal_reads_sums_again_and_loses_no_job_in_flight()
    {
        var store = new MemoryQuotaStore(_ledger, Time);
        var use = Use("tenant:acme", "usd_per_day", 20, 4);
        await store.ReserveAsync(Tenant, "a", [use]);
        _ledger.Intend("a", 4, [use]);
        Spend("between", 7, use);
        Assert.Equal([new CounterState(0, 4)], await store.ReadAsync(Tenant, [use]));
        await store.RenewAsync(Tenant);
        Assert.Equal([new CounterState(7, 4)], await store.ReadAsync(Tenant, [use]));
        Assert.True((await store.CoverAsync(Tenant, "a", [use], 0)).IsGranted);
        _ledger.Close("a", 3);
        Assert.True(await store.SettleAsync(Tenant, "a", 3, 0));
        Assert.Equal([new CounterState(10, 0)], await store.ReadAsync(Tenant, [use]));
    }

    // It has asked, and not announced its call: the ledger does not know it yet, so it asks again.
    [Fact]
    public async Task Job_that_was_granted_before_a_renewal_and_calls_after_it_is_held_again()
    {
        var store = new MemoryQuotaStore(_ledger, Time);
        var use = Use("tenant:acme", "usd_per_day", 5, 4);
        await store.ReserveAsync(Tenant, "a", [use]);
        await store.RenewAsync(Tenant);
        Assert.True((await store.ReserveAsync(Tenant, "b", [use])).IsGranted);
        Assert.False((await store.CoverAsync(Tenant, "a", [use], 0)).IsGranted);
        await store.SettleAsync(Tenant, "a", 0, 0);
        Assert.Equal([new CounterState(0, 4)], await store.ReadAsync(Tenant, [use]));
    }

    // The ledger does not know how many tokens a job in flight may use; what it did use counts.
    [Fact]
    public async Task Tokens_of_a_job_that_ran_when_its_sum_was_read_count_when_it_is_settled()
    {
        var store = new MemoryQuotaStore(_ledger, Time);
        var use = Use("tenant:acme", "output_tokens_per_month", 10_000, 4000);
        _ledger.Intend("running", 1, [use]);
        Assert.Equal([new CounterState(0, 0)], await store.ReadAsync(Tenant, [use]));
        Assert.True(await store.SettleAsync(Tenant, "running", 1, 3000));
        Assert.Equal([new CounterState(3000, 0)], await store.ReadAsync(Tenant, [use]));
    }

    // Between the moment at which the ledger was read, when the job was open, and that at which the counter begins.
    [Fact]
    public async Task Job_that_is_settled_while_its_counter_is_built_is_counted_once()
    {
        var history = new PausedHistory(_ledger);
        var store = new MemoryQuotaStore(history, Time);
        var use = Use("tenant:acme", "usd_per_day", 20, 4);
        _ledger.Intend("a", 4, [use]);
        var reading = store.ReadAsync(Tenant, [use]);
        _ledger.Close("a", 3);
        await store.SettleAsync(Tenant, "a", 3, 0);
        history.GoOn.SetResult();
        Assert.Equal([new CounterState(3, 0)], await reading);
    }

    // What was read before them lacks jobs that had confirmed by then.
    [Fact]
    public async Task Sums_that_were_forgotten_while_the_ledger_was_read_are_read_again()
    {
        var history = new PausedHistory(_ledger);
        var store = new MemoryQuotaStore(history, Time);
        var use = Use("tenant:acme", "usd_per_day", 20, 4);
        var reading = store.ReadAsync(Tenant, [use]);
        _ledger.Intend("a", 4, [use]);
        await store.RenewAsync(Tenant);
        history.GoOn.SetResult();
        Assert.Equal([new CounterState(0, 4)], await reading);
    }

    [Fact]
    public async Task Ledger_that_cannot_be_read_grants_nothing_and_is_asked_again()
    {
        var history = new PausedHistory(_ledger);
        var store = new MemoryQuotaStore(history, Time);
        var use = Use("tenant:acme", "usd_per_day", 20, 4);
        Spend("over", 3, use);
        var first = store.ReserveAsync(Tenant, "a", [use]);
        history.GoOn.SetException(new IOException());
        await Assert.ThrowsAsync<IOException>(async () => await first);
        history.GoOn = new TaskCompletionSource();
        history.GoOn.SetResult();
        Assert.Equal(new CounterState(3, 4), (await store.ReserveAsync(Tenant, "a", [use])).States[0]);
    }

    [Fact]
    public async Task Without_a_ledger_a_renewal_forgets_nothing()
    {
        var use = Use("tenant:acme", "usd_total", 20, 4);
        await Store.ReserveAsync(Tenant, "a", [use]);
        await Store.SettleAsync(Tenant, "a", 3, 0);
        await Store.RenewAsync(Tenant);
        Assert.Equal([new CounterState(3, 0)], await Store.ReadAsync(Tenant, [use]));
    }

    // Sums of any number of end users: what nobody holds can be read again, and is exact when it is.
    [Fact]
    public async Task Sums_of_many_users_are_dropped_and_come_back()
    {
        var store = new MemoryQuotaStore(_ledger, Time);
        var ann = Use("user:acme/ann", "usd_total", 10, 4);
        await store.ReserveAsync(Tenant, "a", [ann]);
        Spend("a", 4, ann);
        await store.SettleAsync(Tenant, "a", 4, 0);
        for (var i = 0; i < 20_000; i++)
            await store.ReadAsync(Tenant, [Use($"user:acme/{i}", "usd_total", 10, 0)]);
        var reads = _ledger.Reads;
        Assert.Equal([new CounterState(4, 0)], await store.ReadAsync(Tenant, [ann]));
        Assert.Equal(reads + 1, _ledger.Reads);
    }

    private void Spend(string job, long cost, CounterUse use)
    {
        _ledger.Intend(job, cost, [use]);
        _ledger.Close(job, cost);
    }
}
