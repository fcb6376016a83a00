using System.Globalization;
using ImageGateway.Quotas;

namespace ImageGateway.Alerts;

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
