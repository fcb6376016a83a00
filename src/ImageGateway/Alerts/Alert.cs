using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageGateway.Alerts;

/// <summary>
/// A budget event for the budget's owner. Amounts are USD, or tokens for token limits.
/// </summary>
/// <param name="Id">A UUID; a webhook's receiver may get the same one twice.</param>
/// <param name="Type"><c>budget.threshold</c>, <c>budget.forecast</c> or <c>spend.anomaly</c>.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="Scope">The budget's scope: <c>tenant:acme</c>.</param>
/// <param name="Limit">The limit: <c>usd_per_month</c>.</param>
/// <param name="Window">The budget's day or month; empty for one that does not reset.</param>
/// <param name="Max">The limit.</param>
/// <param name="Used">The settled amount.</param>
internal sealed record Alert(string Id, string Type, long CreatedAt, string Scope, string Limit, string Window, decimal Max, decimal Used)
{
    /// <summary>For a threshold: the crossed percentage.</summary>
    public int? ThresholdPercent { get; init; }

    /// <summary>For a forecast: the usage expected by the end of the window at the present rate.</summary>
    public decimal? Forecast { get; init; }

    /// <summary>For an anomaly: the last hour's spend, and an hour's usual spend; USD.</summary>
    public decimal? HourUsd { get; init; }

    public decimal? UsualHourUsd { get; init; }

    /// <summary>
    /// Deduplicates alerts: the same crossing has the same text on every replica. A limit of another amount is crossed anew. An
    /// hour's usual spend is left out, since replicas may know different ones. Window first: see
    /// <see cref="AlertStore.CleanAsync"/>.
    /// </summary>
    [JsonIgnore]
    public string Crossing => string.Create(CultureInfo.InvariantCulture, $"{Window}|{Scope}|{Limit}|{(HourUsd is null ? Max : (decimal?)null)}|{Type}|{ThresholdPercent}");

    /// <summary>The body of a webhook's request.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, AlertJson.Default.Alert);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Alert))]
internal sealed partial class AlertJson : JsonSerializerContext;
