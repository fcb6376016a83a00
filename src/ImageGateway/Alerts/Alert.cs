using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageGateway.Alerts;

/// <summary>
/// Something about a budget that its owner should know. Amounts are USD, or tokens for limits of tokens.
/// </summary>
/// <param name="Id">A UUID; a webhook's receiver may see the same one twice.</param>
/// <param name="Type"><c>budget.threshold</c>, <c>budget.forecast</c> or <c>spend.anomaly</c>.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="Scope">Whose budget: <c>tenant:acme</c>.</param>
/// <param name="Limit">Which: <c>usd_per_month</c>.</param>
/// <param name="Window">The day or month it is of; empty for one that does not reset.</param>
/// <param name="Max">The limit.</param>
/// <param name="Used">What is settled.</param>
internal sealed record Alert(string Id, string Type, long CreatedAt, string Scope, string Limit, string Window, decimal Max, decimal Used)
{
    /// <summary>The share that was crossed, in per cent, of a threshold.</summary>
    public int? ThresholdPercent { get; init; }

    /// <summary>What will be used by the end of the window if it goes on like this, of a forecast.</summary>
    public decimal? Forecast { get; init; }

    /// <summary>The last hour's spend, and what an hour usually spends, of an anomaly; USD.</summary>
    public decimal? HourUsd { get; init; }

    public decimal? UsualHourUsd { get; init; }

    /// <summary>
    /// What it is told once of: the same crossing has the same text on every replica. A limit of another amount is crossed
    /// anew. An hour's norm is no such amount, since replicas may know different ones. Window first: see <see cref="AlertStore.CleanAsync"/>.
    /// </summary>
    [JsonIgnore]
    public string Crossing => string.Create(CultureInfo.InvariantCulture, $"{Window}|{Scope}|{Limit}|{(HourUsd is null ? Max : (decimal?)null)}|{Type}|{ThresholdPercent}");

    /// <summary>The body of a webhook's request.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, AlertJson.Default.Alert);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Alert))]
internal sealed partial class AlertJson : JsonSerializerContext;
