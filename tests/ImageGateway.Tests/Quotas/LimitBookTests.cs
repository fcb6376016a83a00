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

    // An end user's id may have a slash in it; the counters are the user's, of inherited kinds too.
    [Theory]
    [InlineData("ada", "images_per_minute=9 usd_per_day=1 usd_total=3", "high")]
    [InlineData("bob", "images_per_minute=5 ~usd_per_day=1", "medium")]
    [InlineData("a/b", "images_per_minute=5 usd_per_day=2 usd_total=7", "medium")]
    [InlineData("eve", "images_per_minute=5 usd_per_day=2", "medium")]
    public void Limits_of_a_user_replace_those_of_each_kind_by_kind(string user, string limits, string quality)
    {
        var book = Book(
            ("user:acme/*", new() { UsdPerDay = 2, ImagesPerMinute = 5, MaxQuality = "medium" }),
            ("user:acme/ada", new() { UsdPerDay = 1, ImagesPerMinute = 9, MaxQuality = "high" }), ("user:acme/ada", new() { UsdTotal = 3 }),
            ("user:acme/bob", new() { UsdPerDay = 1, Mode = LimitMode.Warn }),
            ("user:acme/a/b", new() { UsdTotal = 7 }),
            ("user:other/*", new() { RequestsPerMinute = 1 }));
        var found = Assert.Single(book.For(Anyone, user));
        Assert.Equal(($"user:acme/{user}", quality), (found.Scope, Assert.Single(found.Qualities).Most));
        Assert.Equal(limits, string.Join(' ', found.Limits.Select(limit => $"{(limit.Enforced is null ? "~" : "")}{limit.Kind.Word}={limit.Kind.Shown(limit.Max)}")));
    }

    private static LimitBook Book(params (string Scope, LimitOptions Options)[] limits) => new(limits.Select(one => ScopeLimits.Of(one.Scope, one.Options, (name, message) => Assert.Fail($"{name}: {message}"))));
}
