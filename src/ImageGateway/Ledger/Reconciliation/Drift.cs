namespace ImageGateway.Ledger.Reconciliation;

/// <summary>
/// The difference between a provider's figure and the ledger's, in USD and as a percentage of the ledger's; positive when the
/// provider charges more.
/// </summary>
internal record Drift(decimal ProviderUsd, decimal LedgerUsd)
{
    public decimal DriftUsd => ProviderUsd - LedgerUsd;

    /// <summary>To four decimals; null when the ledger has nothing.</summary>
    public decimal? DriftPercent => LedgerUsd == 0 ? null : decimal.Round(DriftUsd / LedgerUsd * 100, 4);
}

/// <summary>The drift of a day (UTC) and a model.</summary>
internal sealed record DayDrift(DateOnly Day, string Model, decimal ProviderUsd, decimal LedgerUsd) : Drift(ProviderUsd, LedgerUsd)
{
    /// <summary>All days and models that either side has, in order.</summary>
    public static List<DayDrift> Of(IReadOnlyDictionary<(DateOnly Day, string Model), decimal> provider, IReadOnlyDictionary<(DateOnly Day, string Model), decimal> ledger) =>
        [.. provider.Keys.Union(ledger.Keys).OrderBy(key => key.Day).ThenBy(key => key.Model, StringComparer.Ordinal)
            .Select(key => new DayDrift(key.Day, key.Model, provider.GetValueOrDefault(key), ledger.GetValueOrDefault(key)))];
}
