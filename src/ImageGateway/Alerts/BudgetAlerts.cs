using System.Diagnostics.Metrics;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Quotas;

namespace ImageGateway.Alerts;

/// <summary>Looks at the budgets that jobs have used lately, and tells what was crossed.</summary>
internal sealed partial class BudgetAlerts : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // The norm of an hour is that of the week before.
    private const int NormHours = 7 * 24;
    private const long Hour = 3_600_000;

    private readonly Quota _quota;
    private readonly AlertStore _store;
    private readonly AlertOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<BudgetAlerts> _log;
    private readonly Counter<long> _count;
    private readonly BudgetShares _shares;

    // Bounded by the number of tenants.
    private readonly Dictionary<string, (long Hour, long Norm)> _norms = [];

    public BudgetAlerts(Quota quota, AlertStore store, AlertOptions options, IMeterFactory meters, TimeProvider time, ILogger<BudgetAlerts> log)
    {
        (_quota, _store, _options, _time, _log) = (quota, store, options, time, log);
        var meter = meters.Create("ImageGateway");
        _shares = new BudgetShares(time);
        meter.CreateObservableGauge("imagegateway.budget.used", _shares.Read, "1", "Share of a tenant's budget that is used, what jobs hold included.");
        _count = meter.CreateCounter<long>("imagegateway.budget.alerts", "{alert}", "Crossings of budgets that were told.");
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _time.EveryAsync(Interval, () => TryAsync(stoppingToken), stoppingToken);

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        var touched = _quota.TakeTouched();
        try
        {
            if (touched.Count > 0)
                await LookAsync(touched, cancellationToken);
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e) || e is GatewayException)
        {
            _quota.Touch(touched);
            LogFailed(e.Message);
        }
    }

    private async Task LookAsync(IReadOnlyDictionary<string, IReadOnlyList<TouchedBudget>> touched, CancellationToken cancellationToken)
    {
        var hour = _time.GetUtcNow().ToUnixTimeMilliseconds() / Hour * Hour;
        var spent = await _store.SpentAsync(hour, cancellationToken);
        foreach (var (tenant, budgets) in touched)
            await LookAsync(tenant, budgets, hour, spent.GetValueOrDefault(tenant), cancellationToken);
    }

    private async Task LookAsync(string tenant, IReadOnlyList<TouchedBudget> budgets, long hour, long spent, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var states = await _quota.ReadAsync(tenant, [.. budgets.Select(budget => budget.Use)]);
        foreach (var (budget, state) in budgets.Zip(states))
            _shares.Note(tenant, budget.Use, state);
        var alerts = budgets.Zip(states).SelectMany(counter => AlertRules.Of(counter.First, counter.Second, _options.Thresholds, now)).ToList();
        if (spent > 0 && AlertRules.Anomaly($"tenant:{tenant}", new NanoUsd(spent).Usd, new NanoUsd(await NormAsync(tenant, hour, cancellationToken)).Usd, now) is { } anomaly)
            alerts.Add(anomaly);
        foreach (var alert in await _store.AddAsync(alerts, cancellationToken))
        {
            LogAlert(alert.Type, alert.Scope, alert.Limit, alert.Used, alert.Max);
            _count.Add(1, new KeyValuePair<string, object?>("type", alert.Type));
        }
    }

    // It reads a week, which is over: once an hour is enough.
    private async Task<long> NormAsync(string tenant, long hour, CancellationToken cancellationToken)
    {
        if (_norms.TryGetValue(tenant, out var known) && known.Hour == hour)
            return known.Norm;
        var norm = await _store.SpentAsync(tenant, hour - (NormHours * Hour), hour, cancellationToken) / NormHours;
        _norms[tenant] = (hour, norm);
        return norm;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Type}: {Limit} of {Scope} stands at {Used} of {Max}")]
    private partial void LogAlert(string type, string scope, string limit, decimal used, decimal max);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Budget alerts wait, and are looked at again: {Message}")]
    private partial void LogFailed(string message);
}
