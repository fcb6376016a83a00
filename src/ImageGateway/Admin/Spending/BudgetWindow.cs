using ImageGateway.Images;

namespace ImageGateway.Admin.Spending;

/// <summary>A budget period, by the calendar (UTC).</summary>
/// <param name="Name"><c>day</c>, <c>month</c> or <c>total</c>.</param>
/// <param name="From">Unix ms.</param>
/// <param name="To">Unix ms; null when it has no end.</param>
internal sealed record BudgetWindow(string Name, long From, long? To)
{
    public static BudgetWindow Of(string name, DateTimeOffset now)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var month = day.AddDays(1 - day.Day);
        return name switch
        {
            "day" => new BudgetWindow(name, day.ToUnixTimeMilliseconds(), day.AddDays(1).ToUnixTimeMilliseconds()),
            "month" => new BudgetWindow(name, month.ToUnixTimeMilliseconds(), month.AddMonths(1).ToUnixTimeMilliseconds()),
            _ => new BudgetWindow(name, 0, null),
        };
    }

    /// <summary>The window's cost at its end if spending continues at the same rate (linear), in USD.</summary>
    /// <param name="spent">Nano-USD from its start to now.</param>
    /// <param name="now">Unix ms.</param>
    public decimal? Forecast(long spent, long now) =>
        To is { } to ? decimal.Round((decimal)spent * (to - From) / Math.Max(1, now - From)) / NanoUsd.PerUsd : null;
}
