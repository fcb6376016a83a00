using System.Diagnostics.Metrics;
using ImageGateway.Caching;
using ImageGateway.Caching.Redis;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Quotas;
using ImageGateway.Quotas.Redis;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Telemetry;

namespace ImageGateway.Hosting;

/// <summary>Gauges that read the gateway's parts when metrics are collected; they cost nothing between collections.</summary>
internal sealed class GatewayGauges
{
    private static readonly TargetState[] States = Enum.GetValues<TargetState>();

    private readonly Func<RoutingTable> _table;
    private readonly TargetRegistry _registry;
    private readonly LedgerWriter? _ledger;
    private readonly RedisLink? _redis;
    private readonly IReadOnlyList<RedisConnection> _answers;

    public GatewayGauges(IMeterFactory meters, Func<RoutingTable> table, TargetRegistry registry, WaitingRoom room, Quota quota, BufferBudget buffers, RecordingBudget recordings, BlockPool pool, IServiceProvider services)
    {
        (_table, _registry, _ledger, _redis) = (table, registry, services.GetService<LedgerWriter>(), services.GetService<RedisLink>());
        _answers = [.. services.GetKeyedServices<RedisConnection>(KeyedService.AnyKey)];
        var meter = meters.Create(JobMetrics.MeterName);
        meter.CreateObservableGauge("imagegateway.target.state", Targets, "{target}", "1 for the state a target is in, 0 for the others: healthy, resting, open (its circuit) or drained.");
        meter.CreateObservableGauge("imagegateway.queue.length", () => room.Waiting, "{job}", "Jobs waiting for capacity at a target.");
        meter.CreateObservableGauge("imagegateway.reservations.held", () => quota.Held, "{reservation}", "Reservations that jobs in this process hold against limits.");
        meter.CreateObservableGauge("imagegateway.buffers.used", () => buffers.Held, "By", "Memory used by request bodies and by images that are read or sent.");
        meter.CreateObservableGauge("imagegateway.recordings.used", () => recordings.Bytes.Held, "By", "Memory used by recordings of responses in progress.");
        meter.CreateObservableGauge("imagegateway.buffers.idle", () => pool.Idle, "By", "Idle pooled memory, kept for further bodies and responses.");
        meter.CreateObservableCounter("imagegateway.store.errors", Errors, "{error}", "Failures of the stores: the ledger's database and Redis.");
        if (services.GetService<IAnswerStore>() is MemoryAnswerStore answers)
            meter.CreateObservableGauge("imagegateway.cache.memory", () => answers.Bytes, "By", "Memory used by responses stored for replay.");
        if (_ledger is null)
            return;
        meter.CreateObservableGauge("imagegateway.ledger.lag", () => _ledger.Lag.TotalSeconds, "s", "How long the oldest record has been waiting to be written to the database.");
        meter.CreateObservableGauge("imagegateway.ledger.queue", () => _ledger.Queued, "{record}", "Records waiting to be written.");
    }

    private IEnumerable<Measurement<int>> Targets() =>
        from target in _table().Targets
        let now = _registry.Load(target, 1, 1).State
        from state in States
        select new Measurement<int>(state == now ? 1 : 0, new("target", target.Name), new("state", WireName.Of(state)));

    private IEnumerable<Measurement<long>> Errors()
    {
        if (_ledger is not null)
            yield return new Measurement<long>(_ledger.Failures, new KeyValuePair<string, object?>("store", "ledger"));
        if (_redis is not null)
            yield return new Measurement<long>(_redis.Failures + _answers.Sum(connection => connection.Failures), new KeyValuePair<string, object?>("store", "redis"));
    }
}
