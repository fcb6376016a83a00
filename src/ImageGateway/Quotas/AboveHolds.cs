using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ImageGateway.Quotas;

/// <summary>
/// Counts what jobs used above what they held, which is charged all the same and is the only way past a limit: a provider used
/// more than the catalogue's assumed maximum where it publishes no rule.
/// </summary>
internal sealed class AboveHolds(IMeterFactory meters)
{
    // A metric's tags must be bounded; the log and the ledger know the others by name.
    private const int Named = 100;
    private const string Other = "other";

    private readonly ConcurrentDictionary<string, byte> _tenants = new();
    private readonly Counter<long> _usd = meters.Create("ImageGateway").CreateCounter<long>("imagegateway.budget.above_hold", "{nano_usd}", "What jobs cost above what they held, in nano-USD.");
    private readonly Counter<long> _tokens = meters.Create("ImageGateway").CreateCounter<long>("imagegateway.budget.above_hold_tokens", "{token}", "Output tokens that jobs used above what they held.");

    public void Count(string tenant, long nanoUsd, long outputTokens)
    {
        if (nanoUsd <= 0 && outputTokens <= 0)
            return;
        var tag = new KeyValuePair<string, object?>("tenant", Tag(tenant));
        if (nanoUsd > 0)
            _usd.Add(nanoUsd, tag);
        if (outputTokens > 0)
            _tokens.Add(outputTokens, tag);
    }

    private string Tag(string tenant) => _tenants.ContainsKey(tenant) || (_tenants.Count < Named && _tenants.TryAdd(tenant, 0)) ? tenant : Other;
}
