using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Quotas;

namespace ImageGateway.Alerts;

/// <summary>Evaluates the budgets that jobs have used lately, and raises alerts.</summary>
internal sealed partial class BudgetAlerts : BackgroundService
{
    // A database limits the number of parameters in a query.
    private const int AtOnce = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // The usual hourly spend is that of the week before.
    private const int NormHours = 7 * 24;
    private const long Hour = 3_600_000;

    private readonly Quota _quota;
    private readonly AlertStore _store;
    private readonly AlertOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<BudgetAlerts> _log;
    private readonly Counter<long> _count;
    private readonly BudgetShares _shares;

    // The last evaluated hour, and tenants' usual hourly spend.
    private long _hour;
    private IReadOnlyDictionary<string, long> _norms = FrozenDictionary<string, long>.Empty;

    public BudgetAlerts(Quota quota, AlertStore store, AlertOptions options, IMeterFactory meters, TimeProvider time, ILogger<BudgetAlerts> log)
    {
        (_quota, _store, _options, _time, _log) = (quota, store, options, time, log);
        quota.IsWatched = true;
        var meter = meters.Create("ImageGateway");
        _shares = new BudgetShares(time);
        meter.CreateObservableGauge("imagegateway.budget.used", _shares.Read, "1", "Share of a tenant's budget that is used, including reservations of jobs in flight.");
        _count = meter.CreateCounter<long>("imagegateway.budget.alerts", "{alert}", "Budget alerts raised.");
    }

    // Redis may be away, and tenants' spend is in the database.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _time.EveryAsync(
        Interval,
        async () =>
        {
            await TryAsync(LookAtBudgetsAsync, stoppingToken);
            await TryAsync(LookAtHourAsync, stoppingToken);
        },
        stoppingToken);

    private async Task TryAsync(Func<CancellationToken, Task> look, CancellationToken cancellationToken)
    {
        try
        {
            await look(cancellationToken);
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e) || e is GatewayException)
        {
            LogFailed(e.Message);
        }
    }

    private async Task LookAtBudgetsAsync(CancellationToken cancellationToken)
    {
        var touched = _quota.TakeTouched();
        try
        {
            foreach (var (tenant, budgets) in touched)
            {
                foreach (var some in budgets.Chunk(AtOnce))
                    await LookAsync(tenant, some, cancellationToken);
            }
        }
        catch
        {
            _quota.Touch(touched);
            throw;
        }
    }

    private async Task LookAsync(string tenant, IReadOnlyList<TouchedBudget> budgets, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var states = await _quota.ReadAsync(tenant, [.. budgets.Select(budget => budget.Use)]);
        foreach (var (budget, state) in budgets.Zip(states))
            _shares.Note(tenant, budget.Use, state);
        await TellAsync([.. budgets.Zip(states).SelectMany(counter => AlertRules.Of(counter.First, counter.Second, _options.Thresholds, now))], cancellationToken);
    }

    // Tenants without a limit spend too.
    private async Task LookAtHourAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var hour = now.ToUnixTimeMilliseconds() / Hour * Hour;
        if (hour != _hour)
            await BeginAsync(hour, now, cancellationToken);
        var spent = await _store.SpentAsync(hour, hour + Hour, cancellationToken);
        await TellAsync([.. spent.Select(tenant => AlertRules.Anomaly($"tenant:{tenant.Key}", new NanoUsd(tenant.Value).Usd, Norm(tenant.Key), now)).OfType<Alert>()], cancellationToken);
    }

    // The week's average is read once an hour, for all tenants in one query.
    private async Task BeginAsync(long hour, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await _store.CleanAsync(now, cancellationToken);
        if (_options.Webhook is null)
            await _store.DropAsync(cancellationToken);
        _norms = await _store.SpentAsync(hour - (NormHours * Hour), hour, cancellationToken);
        _hour = hour;
    }

    private decimal Norm(string tenant) => new NanoUsd(_norms.GetValueOrDefault(tenant) / NormHours).Usd;

    private async Task TellAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        foreach (var alert in await _store.AddAsync(alerts, _options.Webhook is not null, cancellationToken))
        {
            LogAlert(alert.Type, alert.Scope, alert.Limit, alert.Used, alert.Max);
            _count.Add(1, new KeyValuePair<string, object?>("type", alert.Type));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Type}: {Limit} of {Scope} is at {Used} of {Max}")]
    private partial void LogAlert(string type, string scope, string limit, decimal used, decimal max);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Budget alerts could not be evaluated and will be retried: {Message}")]
    private partial void LogFailed(string message);
}
