using ImageGateway.Images;
using ImageGateway.Quotas;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.Tests.Quotas;

/// <summary>A job that there is no room for, while another one that is over holds it still.</summary>
public sealed class RefusalTests : IDisposable
{
    private const string Tenant = "acme";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTime _time = new();
    private readonly TaskCompletionSource _written = new();
    private readonly SlowStore _store;
    private readonly Settlements _settlements;
    private readonly Quota _quota;
    private int _hurried;

    public RefusalTests()
    {
        _store = new SlowStore(new MemoryQuotaStore(new NoHistory(), _time));
        _settlements = new Settlements(() => _hurried++, NullLogger<Settlements>.Instance);
        var book = new LimitBook([new ScopeLimits($"tenant:{Tenant}", [new Limit(LimitKind.ByWord["usd_total"], 150, null)], [])]);
        _quota = new Quota(_store, new EmergencyAllowance(), () => book, new OverrunMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()), _settlements, _time) { IsWatched = true };
    }

    public void Dispose() => _services.Dispose();

    // The store refuses, and before that is known here the other job is settled.
    [Fact]
    public async Task What_is_settled_by_the_time_of_the_refusal_is_asked_again()
    {
        await EndAsync("first");
        _store.Answered = async () =>
        {
            _written.TrySetResult();
            await _settlements.Of(Tenant);
        };
        using var second = await HoldAsync(Job("second"));
        Assert.Null(second.Refusal);
    }

    [Fact]
    public async Task What_settlements_cannot_give_back_is_refused_at_once()
    {
        await EndAsync("first");
        using var second = await HoldAsync(Job("second"), nanoUsd: 151);
        Assert.NotNull(second.Refusal);
        Assert.Equal((0, 1, 2), (_hurried, _settlements.Count, _store.Asked));
    }

    // Of 150 nano-USD.
    [Theory]
    [InlineData(50, false)]
    [InlineData(51, true)]
    public async Task Budget_that_refuses_for_what_is_spent_is_looked_at_and_not_one_that_is_held_for_a_while(long asked, bool hasRefused)
    {
        using var spent = await HoldAsync(Job("spent"));
        await _store.SettleAsync(Tenant, "spent", 100, null);
        using var running = await HoldAsync(Job("running"), nanoUsd: 50);
        using var refused = await HoldAsync(Job("refused"), asked);
        Assert.NotNull(refused.Refusal);
        Assert.Equal(hasRefused, Assert.Single(_quota.TakeTouched()[Tenant]).HasRefused);
    }

    [Fact]
    public async Task Refusal_is_not_forgotten_when_another_job_is_settled_or_the_look_fails()
    {
        using var running = await HoldAsync(Job("running"));
        using var refused = await HoldAsync(Job("refused"), nanoUsd: 151);
        running.Settled!(0, 0);
        _quota.Touch(_quota.TakeTouched());
        Assert.True(Assert.Single(_quota.TakeTouched()[Tenant]).HasRefused);
    }

    [Fact]
    public async Task Where_nobody_looks_nothing_is_kept_for_a_look()
    {
        _quota.IsWatched = false;
        using var refused = await HoldAsync(Job("refused"), nanoUsd: 151);
        Assert.NotNull(refused.Refusal);
        Assert.Empty(_quota.TakeTouched());
    }

    // It holds 100 of 150, cost nothing, and is not written yet.
    private async Task EndAsync(string id)
    {
        var job = Job(id);
        _quota.Settle(await HoldAsync(job), job, _written.Task);
    }

    private ValueTask<Reservation> HoldAsync(JobRecord job, long nanoUsd = 100) => _quota.ReserveAsync(job, new WorstCase(nanoUsd, null), new WorstCase(0, null), 1);

    private JobRecord Job(string id)
    {
        var job = new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters(), Body = null! };
        return new JobRecord(id, new Caller(Tenant, "web", "web", ["*"], Tier.Final), job, _time, static _ => ValueTask.CompletedTask);
    }

    private sealed class SlowStore(MemoryQuotaStore store) : IQuotaStore
    {
        public Func<Task> Answered { get; set; } = () => Task.CompletedTask;

        public int Asked { get; private set; }

        public async ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses)
        {
            Asked++;
            var answer = await store.ReserveAsync(tenant, id, uses);
            await Answered();
            return answer;
        }

        public ValueTask<QuotaAnswer> CoverAsync(string tenant, string id, IReadOnlyList<CounterUse> uses, long generation) => store.CoverAsync(tenant, id, uses, generation);

        public ValueTask<bool> SettleAsync(string tenant, string id, long nanoUsd, long? outputTokens) => store.SettleAsync(tenant, id, nanoUsd, outputTokens);

        public ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses) => store.ReadAsync(tenant, uses);

        public long? GenerationOf(string tenant) => store.GenerationOf(tenant);

        public Task RenewAsync(string tenant) => store.RenewAsync(tenant);
    }
}
