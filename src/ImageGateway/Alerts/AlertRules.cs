using System.Globalization;
using ImageGateway.Quotas;

namespace ImageGateway.Alerts;

/// <summary>Decides which alerts a counter raises. Pure.</summary>
internal static class AlertRules
{
    // A job is refused when less is left than it may cost, so an enforced budget is rarely used to the last cent. While more
    // than a fifth is left, a refusal says more about the job than about the budget.
    private const int SpentPercent = 80;

    // At the start of a window a forecast is meaningless.
    private const double LeastShareOfWindow = 0.05;

    // An hour's spend raises an alert at this multiple of the usual, if it is more than pennies.
    private const int AnomalyFactor = 5;
    private const decimal LeastAnomalyUsd = 1;

    /// <summary>The thresholds a budget has crossed, and a forecast if it will pass its limit before its window ends.</summary>
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

    /// <summary>A window's total use at the present rate; null for a window without an end, or one that has just begun.</summary>
    public static decimal? Forecast(LimitKind kind, decimal used, DateTimeOffset window, DateTimeOffset now)
    {
        if (kind.Start(window) is not { } start || kind.End(window) is not { } end)
            return null;
        var share = (now - start) / (end - start);
        return share is >= LeastShareOfWindow and <= 1 ? decimal.Round(used / (decimal)share, 9) : null;
    }

    /// <summary>An alert if the last hour's spend is far above that of an hour in the days before; amounts in USD.</summary>
    public static Alert? Anomaly(string scope, decimal hour, decimal usualHour, DateTimeOffset now) =>
        usualHour > 0 && hour >= LeastAnomalyUsd && hour > usualHour * AnomalyFactor
            ? new Alert("", "spend.anomaly", now.ToUnixTimeSeconds(), scope, "usd_per_hour", now.UtcDateTime.ToString("yyyy-MM-ddTHH", CultureInfo.InvariantCulture), usualHour * AnomalyFactor, hour) { HourUsd = hour, UsualHourUsd = usualHour }
            : null;
}
