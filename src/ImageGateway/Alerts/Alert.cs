using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Quotas;

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

/// <summary>Finds what is to be told of a counter. Pure.</summary>
internal static class AlertRules
{
    // A job is refused when less is left than it may cost, so what is enforced is hardly ever used to the last cent. While more
    // than a fifth is left, a refusal says more of the job than of the budget.
    private const int SpentPercent = 80;

    // Of a window that has just begun a forecast says nothing.
    private const double LeastShareOfWindow = 0.05;

    // The hour's spend that is told: so many times what is usual, and not pennies.
    private const int AnomalyFactor = 5;
    private const decimal LeastAnomalyUsd = 1;

    /// <summary>The thresholds a budget has crossed, and whether it will pass its limit before its window ends.</summary>
    public static IEnumerable<Alert> Of(TouchedBudget budget, CounterState state, IReadOnlyList<int> thresholds, DateTimeOffset now)
    {
        var (use, kind) = (budget.Use, budget.Use.Limit.Kind);
        if (kind.IsShort)
            yield break;
        var (max, used) = (kind.Shown(use.Limit.Max), kind.Shown(state.Used));
        var alert = new Alert("", "", now.ToUnixTimeSeconds(), use.Scope, kind.Word, kind.Window(use.Now), max, used);
        var reached = budget.HasRefused && used * 100 >= max * SpentPercent ? Math.Max(used, max) : used;
        foreach (var percent in thresholds)
        {
            if (reached * 100 >= max * percent)
                yield return alert with { Type = "budget.threshold", ThresholdPercent = percent };
        }
        if (reached < max && Forecast(kind, used, use.Now, now) is { } forecast && forecast > max)
            yield return alert with { Type = "budget.forecast", Forecast = forecast };
    }

    /// <summary>What a window uses in all if it goes on as it did so far; null for one without an end, or that has just begun.</summary>
    public static decimal? Forecast(LimitKind kind, decimal used, DateTimeOffset window, DateTimeOffset now)
    {
        if (kind.Start(window) is not { } start || kind.End(window) is not { } end)
            return null;
        var share = (now - start) / (end - start);
        return share is >= LeastShareOfWindow and <= 1 ? decimal.Round(used / (decimal)share, 9) : null;
    }

    /// <summary>Whether the last hour has spent far more than an hour of the days before; amounts in USD.</summary>
    public static Alert? Anomaly(string scope, decimal hour, decimal usualHour, DateTimeOffset now) =>
        usualHour > 0 && hour >= LeastAnomalyUsd && hour > usualHour * AnomalyFactor
            ? new Alert("", "spend.anomaly", now.ToUnixTimeSeconds(), scope, "usd_per_hour", now.UtcDateTime.ToString("yyyy-MM-ddTHH", CultureInfo.InvariantCulture), usualHour * AnomalyFactor, hour) { HourUsd = hour, UsualHourUsd = usualHour }
            : null;
}
