using System.Text.Json.Serialization;
using ImageGateway.Images;
using ImageGateway.Ledger;

namespace ImageGateway.Admin.Spending;

/// <summary>The spend of [<see cref="From"/>, <see cref="To"/>), in Unix seconds. Amounts are USD, exact to nine decimals.</summary>
internal sealed record SpendAnswer(
    long From, long To, string Currency, IReadOnlyList<string> GroupBy, string Granularity, SpendSums Total, IReadOnlyList<SpendRow> Data, SpendRow? Other,
    ForecastAnswer Forecast, decimal BurnRateUsdPerHour)
{
    public string Object { get; init; } = "spend";
}

/// <summary>
/// Totals: the providers' charge, the same at list price, the amount billed to tenants, the cost avoided by the cache;
/// completed requests, their images, all jobs, tokens.
/// </summary>
internal record SpendSums(decimal ChargeUsd, decimal ListUsd, decimal BilledUsd, decimal AvoidedUsd, long Requests, long Images, long Jobs, SpendTokens Tokens)
{
    /// <summary>Takes the totals in the order of <see cref="UsageSum.Sums"/>.</summary>
    public SpendSums(long[] all)
        : this(Usd(all[9]), Usd(all[10]), Usd(all[11]), Usd(all[12]), all[1], all[2], all[0], new SpendTokens(all[3], all[4], all[5], all[6], all[7], all[8], all[3] + all[4] + all[7] + all[8])) { }

    private static decimal Usd(long nano) => new NanoUsd(nano).Usd;
}

/// <summary>Tokens; cached tokens are included in those of their kind.</summary>
internal sealed record SpendTokens(long TextInput, long ImageInput, long CachedTextInput, long CachedImageInput, long ImageOutput, long TextOutput, long Total);

/// <summary>
/// One group: a member for each value of <c>group_by</c>, null where entries have none; all null in the row for the remaining
/// groups.
/// </summary>
internal sealed record SpendRow(long[] All) : SpendSums(All)
{
    [JsonIgnore]
    public long[] All { get; } = All;

    [JsonExtensionData]
    public Dictionary<string, object?> Groups { get; init; } = [];

    /// <summary>The hours or days with any activity; null when none were requested.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SpendBucket>? Buckets { get; init; }
}

/// <summary>One hour or day of a group, from <see cref="StartTime"/> in Unix seconds.</summary>
internal sealed record SpendBucket(long StartTime, decimal ChargeUsd, decimal BilledUsd, decimal AvoidedUsd, long Jobs, long Requests, long Images);

/// <summary>
/// The budget window (UTC): the spend so far, and the forecast at the same rate. <see cref="To"/> and the forecast are null for
/// a window without an end.
/// </summary>
internal sealed record ForecastAnswer(string Window, long From, long? To, decimal SpentUsd, decimal? ForecastUsd);
