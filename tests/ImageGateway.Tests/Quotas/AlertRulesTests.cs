using ImageGateway.Alerts;
using ImageGateway.Quotas;

namespace ImageGateway.Tests.Quotas;

public sealed class AlertRulesTests
{
    private const long Usd = 1_000_000_000;

    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly int[] Thresholds = [50, 80, 100];

    [Theory]
    [InlineData(49, new int[0])]
    [InlineData(50, new[] { 50 })]
    [InlineData(99, new[] { 50, 80 })]
    [InlineData(120, new[] { 50, 80, 100 })]
    public void Threshold_is_told_from_its_share_on(long usd, int[] told)
    {
        var alerts = AlertRules.Of(Budget("usd_total", 100), new CounterState(usd * Usd, 0), Thresholds, Noon);
        Assert.Equal(told, alerts.Where(alert => alert.Type == "budget.threshold").Select(alert => alert.ThresholdPercent!.Value));
    }

    // What jobs in flight hold comes back where they do not use it.
    [Theory]
    [InlineData("usd_total", 20, 75, new int[0])]
    [InlineData("usd_per_month", 79, 0, new[] { 50 })]
    [InlineData("usd_per_month", 80, 0, new[] { 50, 80, 100 })]
    [InlineData("output_tokens_per_month", 80, 0, new[] { 50, 80, 100 })]
    [InlineData("usd_per_day", 130, 0, new[] { 50, 80, 100, 120 })]
    public void Budget_that_refused_a_job_when_little_is_left_is_spent(string word, long used, long held, int[] told)
    {
        var alerts = AlertRules.Of(Budget(word, 100) with { HasRefused = true }, Spent(word, used, held), [50, 80, 100, 120], Noon);
        Assert.Equal(told, alerts.Where(alert => alert.Type == "budget.threshold").Select(alert => alert.ThresholdPercent!.Value));
    }

    // A minute's bucket refuses all the time.
    [Fact]
    public void Bucket_of_a_minute_tells_nothing() =>
        Assert.Empty(AlertRules.Of(new TouchedBudget(new CounterUse("tenant:acme", new Limit(LimitKind.RequestsPerMinute, 100, null), 1, Noon), HasRefused: true), new CounterState(100, 0), Thresholds, Noon));

    // Noon is half of the day: 60 USD until then are 120 by its end.
    [Theory]
    [InlineData(60, 120)]
    [InlineData(40, null)]
    public void Forecast_is_told_when_it_passes_the_limit(long usd, int? forecast)
    {
        var alert = AlertRules.Of(Budget("usd_per_day", 100), new CounterState(usd * Usd, 0), [], Noon).SingleOrDefault();
        Assert.Equal(forecast, alert?.Forecast);
    }

    [Fact]
    public void Forecast_of_a_window_that_has_just_begun_says_nothing() =>
        Assert.Empty(AlertRules.Of(Budget("usd_per_day", 100, Noon.AddHours(-11)), new CounterState(60 * Usd, 0), [], Noon.AddHours(-11)));

    [Theory]
    [InlineData(6, 1, true)]
    [InlineData(5, 1, false)]
    [InlineData(0.9, 0.1, false)]
    [InlineData(100, 0, false)]
    public void Hour_is_told_when_it_spends_five_times_the_norm(double hour, double usual, bool isTold) =>
        Assert.Equal(isTold, AlertRules.Anomaly("tenant:acme", (decimal)hour, (decimal)usual, Noon) is not null);

    [Fact]
    public void Same_crossing_has_the_same_text_in_its_window_only()
    {
        var (one, other) = (Crossing(Noon), Crossing(Noon.AddHours(1)));
        Assert.Equal(one, other);
        Assert.NotEqual(one, Crossing(Noon.AddDays(1)));
    }

    // A budget that was raised is crossed anew.
    [Fact]
    public void Same_crossing_of_another_amount_is_another_one() => Assert.NotEqual(Crossing(Noon), Crossing(Noon, 99));

    // What is usual is another replica's own reckoning.
    [Fact]
    public void Hour_is_told_once_whatever_is_usual() =>
        Assert.Equal(AlertRules.Anomaly("tenant:acme", 60, 10, Noon)!.Crossing, AlertRules.Anomaly("tenant:acme", 61, 11, Noon)!.Crossing);

    private static string Crossing(DateTimeOffset now, long maxUsd = 100) => AlertRules.Of(Budget("usd_per_day", maxUsd, now), new CounterState(100 * Usd, 0), [100], now).Single().Crossing;

    private static CounterState Spent(string word, long used, long held) => LimitKind.ByWord[word].Measure == Measure.NanoUsd ? new(used * Usd, held * Usd) : new(used, held);

    private static TouchedBudget Budget(string word, long max, DateTimeOffset? now = null)
    {
        var kind = LimitKind.ByWord[word];
        return new TouchedBudget(new CounterUse("tenant:acme", new Limit(kind, kind.Measure == Measure.NanoUsd ? max * Usd : max, null), 0, now ?? Noon), HasRefused: false);
    }
}
