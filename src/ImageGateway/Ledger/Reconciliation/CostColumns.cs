using ImageGateway.Images;

namespace ImageGateway.Ledger.Reconciliation;

/// <summary>
/// The columns of a provider's export: day, amount, currency and item. Headers are compared only by their letters and digits,
/// so that <c>CostInBillingCurrency</c>, <c>costInBillingCurrency</c> and <c>Cost in billing currency</c> are equal.
/// </summary>
internal sealed class CostColumns
{
    // OpenAI: the dashboard's export and what tools write from the costs API. Azure: the cost details of enterprise and
    // customer agreements and of pay-as-you-go, Cost analysis, and Cost Management's FOCUS export
    // (https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/schema-index).
    private static readonly Dictionary<string, CostHeaders> Known = new()
    {
        ["openai"] = new(
            ["start_time_iso", "start_time", "date", "day"], ["amount_value", "amount", "cost_usd", "cost"], ["amount_currency", "currency"], ["line_item", "model", "name"]),
        ["azure"] = new(
            ["Date", "UsageDate", "UsageDateTime", "ChargePeriodStart"],
            ["CostInUSD", "CostUSD", "CostInBillingCurrency", "PreTaxCost", "EffectiveCost", "Cost"],
            ["BillingCurrency", "BillingCurrencyCode", "Currency"],
            ["MeterName", "Meter", "SkuMeter", "ProductName", "Product", "MeterSubCategory", "MeterSubcategory"]),
    };

    private readonly int _day;
    private readonly int _amount;
    private readonly int? _currency;
    private readonly int[] _items;

    private CostColumns(int day, int amount, int? currency, int[] items) => (_day, _amount, _currency, _items) = (day, amount, currency, items);

    /// <summary>The sources whose exports are known.</summary>
    public static IReadOnlyList<string> Sources { get; } = [.. Known.Keys];

    /// <summary>Finds the columns in a header.</summary>
    /// <exception cref="GatewayException">One is missing; the message lists its possible names.</exception>
    public static CostColumns Find(string source, List<string> header)
    {
        var (known, names) = (Known[source], header.ConvertAll(Letters));
        var (day, amount, items) = (First(known.Day), First(known.Amount), known.Item.Select(Index).Where(at => at >= 0).Distinct().ToArray());
        if (items.Length == 0)
            throw Missing("the item", known.Item);
        // An amount column named USD needs no currency column.
        var isUsd = names[amount].EndsWith("usd", StringComparison.Ordinal);
        var currency = isUsd ? -1 : known.Currency.Select(Index).FirstOrDefault(at => at >= 0, -1);
        return new CostColumns(day, amount, currency < 0 ? null : currency, items);

        int Index(string name) => names.IndexOf(Letters(name));

        int First(string[] any) => any.Select(Index).FirstOrDefault(at => at >= 0, -1) is >= 0 and var at ? at : throw Missing(any == known.Day ? "the day" : "the amount", any);

        GatewayException Missing(string what, string[] any) =>
            new(ErrorKind.InvalidValue, $"The file's first line has no column for {what}. It may be called {string.Join(", ", any)}.", "file");
    }

    /// <summary>The number of columns that a row must have.</summary>
    public int Width => Math.Max(Math.Max(_day, _amount), Math.Max(_currency ?? 0, _items.Max())) + 1;

    public string Day(List<string> row) => row[_day];

    public string Amount(List<string> row) => row[_amount];

    /// <summary>Null when the file has no currency.</summary>
    public string? Currency(List<string> row) => _currency is { } at ? row[at] : null;

    /// <summary>The descriptions of the item, the most specific first.</summary>
    public IEnumerable<string> Items(List<string> row) => _items.Select(at => row[at]).Where(item => item.Length > 0);

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private sealed record CostHeaders(string[] Day, string[] Amount, string[] Currency, string[] Item);
}
