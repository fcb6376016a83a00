using ImageGateway.Caching;
using ImageGateway.Database;
using ImageGateway.Ledger;
using ImageGateway.Quotas.Redis;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tenants;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageGateway.Hosting;

/// <summary>
/// The readiness checks, one per part. Unhealthy means that no request would be served; degraded means that requests are still
/// accepted. The descriptions are public, so they contain no names and no addresses.
/// </summary>
internal static class ReadinessChecks
{
    public static void AddReadiness(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<DrainCheck>("draining")
        .AddCheck<ConfigurationCheck>("configuration")
        .AddCheck<DatabaseCheck>("database")
        .AddCheck<RedisCheck>("redis")
        .AddCheck<TargetsCheck>("targets")
        .AddCheck<LifecycleCheck>("models");
}

/// <summary>A gateway that is stopping takes no new requests.</summary>
internal sealed class DrainCheck(IHostApplicationLifetime lifetime, RunningJobs runningJobs) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy($"stopping; jobs in progress: {runningJobs.Jobs}") : HealthCheckResult.Healthy("no"));
}

/// <summary>A configuration is always loaded; degraded when a later one was rejected, since the gateway then lags behind its file.</summary>
internal sealed class ConfigurationCheck(Snapshots snapshots) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        snapshots.Refused == 0 ? HealthCheckResult.Healthy("loaded") : HealthCheckResult.Degraded($"the changed file has {snapshots.Refused} mistakes; the previous one is in force"));
}

/// <summary>The database answers. When it does not accept writes, jobs are refused one by one or spooled, which shows as degraded.</summary>
internal sealed class DatabaseCheck(IServiceProvider services) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (services.GetService<SqlDatabase>() is not { } database)
            return HealthCheckResult.Healthy("no ledger is kept");
        try
        {
            await AskAsync(database, cancellationToken).WaitAsync(Patience, cancellationToken);
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            return services.GetRequiredService<LedgerOptions>().OnFailure == LedgerFailureAction.Spool
                ? HealthCheckResult.Degraded("does not answer; records are spooled")
                : HealthCheckResult.Unhealthy("does not answer");
        }
        return services.GetRequiredService<LedgerWriter>().IsFailing ? HealthCheckResult.Degraded("answers, but the last write failed") : HealthCheckResult.Healthy("answers");
    }

    private static async Task AskAsync(SqlDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync(cancellationToken);
    }
}

/// <summary>Redis answers. Without it jobs are refused, except those of tenants with an emergency budget.</summary>
internal sealed class RedisCheck(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (services.GetService<RedisLink>() is not { } redis)
            return Task.FromResult(HealthCheckResult.Healthy("not used"));
        var someGoOn = services.GetRequiredService<TenantDirectory>().Tenants.Any(tenant => tenant.Emergency.Value > 0);
        return Task.FromResult(
            !redis.IsOpen ? HealthCheckResult.Healthy("answers")
            : someGoOn ? HealthCheckResult.Degraded("does not answer; only tenants with an emergency budget are served")
            : HealthCheckResult.Unhealthy("does not answer"));
    }
}

/// <summary>At least one target accepts calls, or may be tried.</summary>
internal sealed class TargetsCheck(Func<RoutingTable> table, TargetRegistry registry) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var targets = table().Targets;
        var taking = targets.Count(target => registry.Load(target, 1, 1) is { State: TargetState.Healthy } or { IsReady: true });
        var text = $"{taking} of {targets.Count} take calls";
        return Task.FromResult(taking > 0 ? HealthCheckResult.Healthy(text) : HealthCheckResult.Unhealthy(text));
    }
}
