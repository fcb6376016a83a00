using ImageGateway.Alerts;
using ImageGateway.Quotas;

namespace ImageGateway.Tests.Quotas;

public sealed class BudgetSharesTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Share_counts_what_is_held_and_ends_with_its_window()
    {
        var shares = new BudgetShares(_time);
        shares.Note("acme", Use("tenant:acme"), new CounterState(20, 5));
        shares.Note("acme", Use("project:acme/web"), new CounterState(90, 0));

        var measured = Assert.Single(shares.Read());
        Assert.Equal(0.25, measured.Value);
        Assert.Equal([new("tenant", "acme"), new("limit", "usd_per_day")], measured.Tags.ToArray());

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(shares.Read());
    }

    [Fact]
    public void Tenants_are_bounded()
    {
        var shares = new BudgetShares(_time);
        for (var i = 0; i < 2000; i++)
            shares.Note($"t{i}", Use($"tenant:t{i}"), new CounterState(1, 0));

        Assert.Equal(500, shares.Read().Count());
    }

    private CounterUse Use(string scope) => new(scope, new Limit(LimitKind.ByWord["usd_per_day"], 100, null), 0, _time.GetUtcNow());
}
