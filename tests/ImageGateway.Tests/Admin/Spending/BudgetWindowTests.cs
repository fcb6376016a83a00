using ImageGateway.Admin.Spending;

namespace ImageGateway.Tests.Admin.Spending;

public sealed class BudgetWindowTests
{
    [Theory]
    [InlineData("day", "2024-02-29T06:00:00Z", "2024-02-29", "2024-03-01", 4)]
    [InlineData("month", "2024-02-15T12:00:00Z", "2024-02-01", "2024-03-01", 2)]
    [InlineData("month", "2024-12-31T23:59:59Z", "2024-12-01", "2025-01-01", 1)]
    public void Forecast_goes_on_as_the_window_began(string name, string now, string from, string to, decimal forecast)
    {
        var moment = DateTimeOffset.Parse(now);
        var window = BudgetWindow.Of(name, moment);
        Assert.Equal((At(from), At(to)), (window.From, window.To));
        Assert.Equal(forecast, Math.Round(window.Forecast(1_000_000_000, moment.ToUnixTimeMilliseconds())!.Value, 3));
    }

    [Fact]
    public void First_moment_of_a_window_divides_by_no_zero()
    {
        var moment = DateTimeOffset.Parse("2024-02-01T00:00:00Z");
        Assert.Equal(0, BudgetWindow.Of("month", moment).Forecast(0, moment.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public void Window_without_end_has_no_forecast() => Assert.Null(BudgetWindow.Of("total", DateTimeOffset.UnixEpoch).Forecast(5, 10));

    private static long At(string day) => DateTimeOffset.Parse($"{day}T00:00:00Z").ToUnixTimeMilliseconds();
}
