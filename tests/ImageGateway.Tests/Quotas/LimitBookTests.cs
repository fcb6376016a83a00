using ImageGateway.Quotas;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Quotas;

/// <summary>Which limits hold where several are written.</summary>
public sealed class LimitBookTests
{
    // Which is the stricter of two words depends on the model, so both are kept, and the one that refuses beside the one that warns.
    [Fact]
    public void Stricter_of_two_limits_holds_and_both_qualities()
    {
        var book = Book(("tenant:acme", new() { UsdPerDay = 5, MaxQuality = "high" }), ("tenant:acme", new() { UsdPerDay = 7, ImagesPerMinute = 9, MaxQuality = "medium", Mode = LimitMode.Warn }));
        var limits = Assert.Single(book.For(Anyone, null));
        Assert.Equal([new("high", Warns: false), new QualityLimit("medium", Warns: true)], limits.Qualities);
        Assert.Equal([("images_per_minute", null, 9), ("usd_per_day", 5_000_000_000, 7_000_000_000)], limits.Limits.Select(limit => (limit.Kind.Word, limit.Enforced, limit.Warned)));
    }

    private static LimitBook Book(params (string Scope, LimitOptions Options)[] limits) => new(limits.Select(one => ScopeLimits.Of(one.Scope, one.Options, (name, message) => Assert.Fail($"{name}: {message}"))));
}
