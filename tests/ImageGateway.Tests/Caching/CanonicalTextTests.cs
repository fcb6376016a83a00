using ImageGateway.Caching;

namespace ImageGateway.Tests.Caching;

public sealed class CanonicalTextTests
{
    // Pairs that the Unicode Character Database calls canonically equivalent.
    [Theory]
    [InlineData("caf\u00e9", "cafe\u0301")]
    [InlineData("\u1e69", "s\u0323\u0307")]
    [InlineData("\u1e69", "s\u0307\u0323")]
    [InlineData("\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u2126", "\u03a9")]
    [InlineData("\U0001d15e", "\U0001d157\U0001d165")]
    [InlineData("e\u0301\u0323", "\u1eb9\u0301")]
    public void Texts_that_read_the_same_are_the_same(string one, string other)
    {
        Assert.NotEqual(one, other);
        Assert.Equal(CanonicalText.Of(one), CanonicalText.Of(other));
        Assert.Equal(CanonicalText.Of(one), CanonicalText.Of(CanonicalText.Of(one)));
    }

    [Theory]
    [InlineData("resume", "r\u00e9sum\u00e9")]
    [InlineData("a\u0301\u0300", "a\u0300\u0301")]
    [InlineData("\ufb01", "fi")]
    [InlineData("x\u00b2", "x2")]
    public void Texts_that_read_otherwise_stay_so(string one, string other) => Assert.NotEqual(CanonicalText.Of(one), CanonicalText.Of(other));
}
