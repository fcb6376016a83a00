using System.Diagnostics.Metrics;
using ImageGateway.Images;
using ImageGateway.Quotas;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.Tests.Quotas;

/// <summary>What a job uses above what it held is charged, and counted.</summary>
public sealed class AboveHoldTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly List<(string Metric, decimal Amount, object? Tenant)> _counted = [];
    private readonly ManualTime _time = new();
    private readonly MemoryQuotaStore _store;
    private readonly Quota _quota;

    public AboveHoldTests()
    {
        _store = new MemoryQuotaStore(new NoHistory(), _time);
        var book = new LimitBook(Enumerable.Range(0, 200).Select(i => new ScopeLimits($"tenant:t{i}", [new Limit(LimitKind.ByWord["usd_total"], 1000, null)], [])));
        var meters = _services.GetRequiredService<IMeterFactory>();
        _quota = new Quota(_store, new EmergencyAllowance(), () => book, new OverrunMetrics(meters), new Settlements(() => { }, NullLogger<Settlements>.Instance), _time);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, amount, tags, _) => _counted.Add((instrument.Name, amount, tags[0].Value)));
        _listener.SetMeasurementEventCallback<double>((instrument, amount, tags, _) => _counted.Add((instrument.Name, (decimal)amount * 1_000_000_000, tags[0].Value)));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    [Theory]
    [InlineData(100, 50, 0, 0)]
    [InlineData(70, 40, 0, 0)]
    [InlineData(130, 50, 30, 0)]
    [InlineData(130, 57, 30, 7)]
    public async Task Only_what_is_above_the_hold_is_counted(long usd, long tokens, long moreUsd, long moreTokens)
    {
        await RunAsync("t1", usd, tokens);
        Assert.Equal(moreUsd, _counted.Where(one => one is ("imagegateway.budget.above_hold.usd", _, "t1")).Sum(one => one.Amount));
        Assert.Equal(moreTokens, _counted.Where(one => one is ("imagegateway.budget.above_hold.tokens", _, "t1")).Sum(one => one.Amount));
        var use = new CounterUse("tenant:t1", new Limit(LimitKind.ByWord["usd_total"], 1000, null), 0, _time.Now);
        Assert.Equal([new CounterState(usd, 0)], await _store.ReadAsync("t1", [use]));
    }

    [Fact]
    public async Task Tenants_beyond_a_hundred_share_a_tag()
    {
        for (var i = 0; i < 150; i++)
            await RunAsync($"t{i}", 101, 0);
        Assert.Equal(101, _counted.Select(one => one.Tenant).Distinct().Count());
        Assert.Equal(50, _counted.Where(one => one.Tenant is "other").Sum(one => one.Amount));
    }

    // A job that held 100 nano-USD and 50 tokens.
    private async Task RunAsync(string tenant, long usd, long tokens)
    {
        var caller = new Caller(tenant, "web", "web", ["*"], Tier.Final);
        var job = new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters(), Body = null! };
        var record = new JobRecord(Guid.CreateVersion7().ToString(), caller, job, _time, static _ => ValueTask.CompletedTask);
        using var held = await _quota.ReserveAsync(record, new WorstCase(100, null), new WorstCase(50, null), 1);
        var attempt = await record.BeginAsync("openai/gpt-image-1", "gpt-image-1", job.Parameters, new NanoUsd(100), 50, 1);
        attempt.Answer(null, (new NanoUsd(usd), ChargeBasis.Usage), new TokenUsage(1, 0, 0, 0, tokens, 0), 1, null, null, 1000);
        await held.SettleAsync(record);
    }
}
