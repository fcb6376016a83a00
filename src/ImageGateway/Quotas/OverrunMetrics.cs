using System.Diagnostics.Metrics;
using ImageGateway.Images;

namespace ImageGateway.Quotas;

/// <summary>
/// Counts usage above jobs' reservations. It is charged all the same, and is the only way past a limit: a provider used more
/// than the maximum that the catalogue assumes where the provider publishes no rule.
/// </summary>
internal sealed class OverrunMetrics
{
    private const int MostTenants = 100;
    private const double UsdPerNano = 1e-9;

    private readonly BoundedTagValues _tenants = new(MostTenants);
    private readonly Counter<double> _usd;
    private readonly Counter<long> _tokens;

    public OverrunMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("ImageGateway");
        _usd = meter.CreateCounter<double>("imagegateway.budget.above_hold.usd", "{usd}", "Cost of jobs above their reservations, in USD.");
        _tokens = meter.CreateCounter<long>("imagegateway.budget.above_hold.tokens", "{token}", "Output tokens that jobs used above their reservations.");
    }

    /// <summary>Counts what a job used above its reservation; less than that is negative and not counted.</summary>
    public void Count(string tenant, long nanoUsd, long outputTokens)
    {
        if (nanoUsd <= 0 && outputTokens <= 0)
            return;
        var tag = new KeyValuePair<string, object?>("tenant", _tenants.Of(tenant));
        if (nanoUsd > 0)
            _usd.Add(nanoUsd * UsdPerNano, tag);
        if (outputTokens > 0)
            _tokens.Add(outputTokens, tag);
    }
}
