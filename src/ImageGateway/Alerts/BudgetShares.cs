using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ImageGateway.Quotas;

namespace ImageGateway.Alerts;

/// <summary>The used share of tenants' budgets, reservations included, as this process last saw it; past windows are forgotten. Bounded.</summary>
internal sealed class BudgetShares(TimeProvider time)
{
    private const int Most = 500;

    private readonly ConcurrentDictionary<(string Tenant, string Limit), (double Share, long? EndsAt)> _shares = new();

    /// <summary>Records the state of a counter.</summary>
    public void Note(string tenant, CounterUse use, CounterState state)
    {
        var key = (tenant, use.Limit.Kind.Word);
        if (use.Limit.Max > 0 && use.Scope == $"tenant:{tenant}" && (_shares.Count < Most || _shares.ContainsKey(key)))
            _shares[key] = ((state.Used + state.Held) / (double)use.Limit.Max, use.EndsAt);
    }

    /// <summary>The current shares.</summary>
    public IEnumerable<Measurement<double>> Read()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (key, (share, endsAt)) in _shares)
        {
            if (endsAt < now)
                _shares.TryRemove(key, out _);
            else
                yield return new Measurement<double>(share, new("tenant", key.Tenant), new("limit", key.Limit));
        }
    }
}
