using ImageGateway.Images;

namespace ImageGateway.Quotas.Redis;

/// <summary>
/// Maintains the store: detects that Redis is gone, also while no job asks it, or is back, then runs the waiting settlements, has the counters of tenants whose jobs
/// ran without Redis rebuilt, and audits old reservations.
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="store">The store.</param>
/// <param name="emergency">The allowance that jobs used without Redis.</param>
/// <param name="lease">How long a reservation may wait for its first call.</param>
/// <param name="log">The log.</param>
internal sealed partial class RedisMaintenance(RedisLink link, RedisQuotaStore store, EmergencyAllowance emergency, TimeSpan lease, ILogger<RedisMaintenance> log) : BackgroundService
{
    // Every two seconds: while nobody calls, readiness has nothing else to go by.
    private const int AskEvery = 10;
    private const int AuditEvery = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private int _audit;
    private int _looks;
    private bool _isAway;

    /// <summary>Asks before the gateway listens, and so before anybody asks whether it is ready.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await link.ProbeAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => TimeProvider.System.EveryAsync(Pause, LookAsync, stoppingToken);

    private async Task LookAsync()
    {
        Tell(link.Outage);
        if ((++_looks % AskEvery != 0 && !link.IsOpen) || await link.ProbeAsync())
            await TryAsync(isAudit: ++_audit % AuditEvery == 0);
    }

    // Once per outage, since this looks five times a second.
    private void Tell(string? outage)
    {
        var wasAway = _isAway;
        _isAway = outage is not null;
        if (_isAway && !wasAway)
            LogOutage(outage!);
        else if (wasAway && !_isAway)
            LogBack();
    }

    private async Task TryAsync(bool isAudit)
    {
        try
        {
            foreach (var tenant in emergency.Tenants)
                await emergency.ReconcileAsync(tenant, () => store.RenewAsync(tenant));
            await store.Late.RunAsync(store.SettleNowAsync);
            foreach (var tenant in isAudit ? store.Tenants : [])
                await store.AuditAsync(tenant, lease, Quiet);
        }
        catch (GatewayException e)
        {
            LogLater(e.InnerException?.Message ?? e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Redis cannot be used for quotas: {Message}")]
    private partial void LogOutage(string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is used for quotas again")]
    private partial void LogBack();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Quota maintenance failed and will be retried: {Message}")]
    private partial void LogLater(string message);
}
