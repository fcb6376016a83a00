using System.Diagnostics.Metrics;
using ImageGateway.Images;
using ImageGateway.Quotas;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.Tests.Quotas;

/// <summary>Limits that come while jobs run: what ran before counts, and what has not called yet is held against them.</summary>
public sealed class NewLimitTests : IDisposable
{
    private static readonly Limit Day = new(LimitKind.ByWord["usd_per_day"], 250, null);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTime _time = new();
    private readonly FakeLedger _ledger = new();
    private readonly Quota _quota;
    private readonly RenewingQuotaStore _store;
    private LimitBook _book = LimitBook.Empty;

    public NewLimitTests() => _quota = new Quota(
        _store = new RenewingQuotaStore(new MemoryQuotaStore(_ledger, _time)), new EmergencyAllowance(), () => _book,
        new OverrunMetrics(_services.GetRequiredService<IMeterFactory>()), new Settlements(() => { }, NullLogger<Settlements>.Instance), _time);

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Job_that_waited_when_the_limit_came_is_held_against_it_before_its_call()
    {
        using var first = await ReserveAsync("a");
        using var second = await ReserveAsync("b");
        using var third = await ReserveAsync("c");
        Put(Day);
        await CallAsync(first, "a");
        await CallAsync(second, "b");
        await Assert.ThrowsAsync<GatewayException>(() => CallAsync(third, "c"));
        Assert.Equal(new CounterState(0, 200), await StateAsync());
    }

    // Its intent was durable before, so the counter begins with it; what it cost takes the place of that.
    [Fact]
    public async Task Job_that_was_calling_when_the_limit_came_is_settled_in_it()
    {
        var (record, held) = (Record("a"), await ReserveAsync("a"));
        await CallAsync(held, "a");
        Put(Day);
        Assert.Equal(new CounterState(0, 100), await StateAsync());
        Assert.True(held.IsHeld);
        _ledger.Close("a", 0);
        await held.SettleAsync(record);
        Assert.Equal(new CounterState(0, 0), await StateAsync());
        held.Dispose();
    }

    // It is granted, and in no ledger yet, when the sums are read again for another's limit.
    [Fact]
    public async Task Job_that_waits_while_another_limit_comes_keeps_what_it_holds_or_does_not_call()
    {
        Put(Day);
        using var waiting = await ReserveAsync("a");
        using var refused = await ReserveAsync("b");
        await _store.RenewAsync("acme");
        using var third = await ReserveAsync("c");
        await CallAsync(waiting, "a");
        Assert.Equal(new CounterState(0, 200), await StateAsync());
        await Assert.ThrowsAsync<GatewayException>(() => CallAsync(refused, "b"));
        _ledger.Close("a", 90);
        await waiting.SettleAsync(Record("a"));
        Assert.Equal(100, (await StateAsync()).Held);
    }

    [Fact]
    public async Task Limit_that_was_away_for_a_while_knows_what_ran_meanwhile()
    {
        Put(Day);
        Assert.Equal(new CounterState(0, 0), await StateAsync());
        Put();
        using (var between = await ReserveAsync("a"))
        {
            await CallAsync(between, "a");
            _ledger.Close("a", 100);
            Assert.False(between.IsHeld);
        }
        Put(Day);
        Assert.Equal(new CounterState(100, 0), await StateAsync());
    }

    [Fact]
    public async Task Limit_that_only_changes_its_amount_reads_nothing_again()
    {
        Put(Day);
        await StateAsync();
        var reads = _ledger.Reads;
        Put(Day with { Enforced = 300 });
        await StateAsync();
        Assert.Equal(reads, _ledger.Reads);
    }

    // The ledger has the job on the day on which it came.
    [Fact]
    public async Task Job_that_waits_past_midnight_counts_for_the_day_on_which_it_came()
    {
        Put(Day);
        var record = Record("a");
        _time.Advance(TimeSpan.FromDays(1));
        using var held = await _quota.ReserveAsync(record, new WorstCase(100, null), new WorstCase(50, null), 1);
        Assert.Equal($"tenant:acme|usd_per_day|{record.Created:yyyy-MM-dd}", held.Counters.Single().Use.Key);
    }

    private void Put(params Limit[] limits) => _book = new LimitBook([new ScopeLimits("tenant:acme", limits, [])], _book);

    private async Task<CounterState> StateAsync() => (await _quota.ReadAsync(Caller, null)).Single().State;

    private static Caller Caller { get; } = new("acme", "web", "web", ["*"], Tier.Final);

    private JobRecord Record(string id) =>
        new(id, Caller, new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters(), Body = null! }, _time, static _ => ValueTask.CompletedTask);

    private async Task<Reservation> ReserveAsync(string id) => await _quota.ReserveAsync(Record(id), new WorstCase(100, null), new WorstCase(50, null), 1);

    private async Task CallAsync(Reservation held, string id)
    {
        _ledger.Intend(id, 100, [new CounterUse("tenant:acme", Day, 100, _time.Now)]);
        await held.ConfirmAsync(Record(id), held.IsOfLedger ? await _ledger.GenerationAsync("acme") : null);
    }
}
