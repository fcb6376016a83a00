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
/// What readiness asks: each part by itself. Unhealthy, no request would be served; degraded, it takes requests all the same.
/// The descriptions are read without a key: no names, no addresses.
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
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy($"it is stopping; jobs in progress: {runningJobs.Jobs}") : HealthCheckResult.Healthy("no"));
}

/// <summary>There is a configuration, or nothing would run; one that was refused since leaves the gateway behind its file.</summary>
internal sealed class ConfigurationCheck(Snapshots snapshots) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        snapshots.Refused == 0 ? HealthCheckResult.Healthy("loaded") : HealthCheckResult.Degraded($"the changed file has {snapshots.Refused} mistakes; the one before is in force"));
}

/// <summary>The database answers. What it does not take is refused job by job, or spooled, and shows as degraded.</summary>
internal sealed class DatabaseCheck(IServiceProvider services) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (services.GetService<SqlDatabase>() is not { } database)
            return HealthCheckResult.Healthy("none is kept");
        try
        {
            await AskAsync(database, cancellationToken).WaitAsync(Patience, cancellationToken);
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            return services.GetRequiredService<LedgerOptions>().OnFailure == LedgerFailureAction.Spool
                ? HealthCheckResult.Degraded("it does not answer; what happens is spooled")
                : HealthCheckResult.Unhealthy("it does not answer");
        }
        return services.GetRequiredService<LedgerWriter>().IsFailing ? HealthCheckResult.Degraded("it answers, and did not take what was last written") : HealthCheckResult.Healthy("answers");
    }

    private static async Task AskAsync(SqlDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync(cancellationToken);
    }
}

/// <summary>Redis answers. Without it jobs are refused, unless a tenant may go on for a while.</summary>
internal sealed class RedisCheck(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (services.GetService<RedisLink>() is not { } redis)
            return Task.FromResult(HealthCheckResult.Healthy("none is used"));
        var someGoOn = services.GetRequiredService<TenantDirectory>().Tenants.Any(tenant => tenant.Emergency.Value > 0);
        return Task.FromResult(
            !redis.IsOpen ? HealthCheckResult.Healthy("answers")
            : someGoOn ? HealthCheckResult.Degraded("it does not answer; tenants that may go on for a while do")
            : HealthCheckResult.Unhealthy("it does not answer"));
    }
}

/// <summary>At least one target takes calls, or may be tried.</summary>
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
