using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class NanoUsdTests
{
    [Theory]
    [InlineData("0", 0L, "0")]
    [InlineData("0.16665", 166_650_000L, "0.16665")]
    [InlineData("0.000000001", 1L, "0.000000001")]
    [InlineData("-0.000000001", -1L, "-0.000000001")]
    [InlineData("1", 1_000_000_000L, "1")]
    [InlineData("500.00", 500_000_000_000L, "500")]
    [InlineData("9223372036.854775807", long.MaxValue, "9223372036.854775807")]
    public void Amount_of_nine_decimals_is_exact(string usd, long nano, string text)
    {
        Assert.True(NanoUsd.TryFromUsd(decimal.Parse(usd), out var amount));
        Assert.Equal(nano, amount.Value);
        Assert.Equal(decimal.Parse(usd), amount.Usd);
        Assert.Equal(text, amount.ToString());
    }

    [Theory]
    [InlineData("0.0000000001")]
    [InlineData("1.0000000005")]
    [InlineData("9223372036.854775808")]
    [InlineData("10000000000")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("-79228162514264337593543950335")]
    public void Amount_that_is_no_whole_number_of_nano_usd_is_refused(string usd)
    {
        Assert.False(NanoUsd.TryFromUsd(decimal.Parse(usd), out var amount));
        Assert.Equal(NanoUsd.Zero, amount);
    }

    [Fact]
    public void Sums_and_products_that_do_not_fit_throw_rather_than_wrap()
    {
        Assert.Throws<OverflowException>(() => new NanoUsd(long.MaxValue) + new NanoUsd(1));
        Assert.Throws<OverflowException>(() => new NanoUsd(long.MaxValue) * 2);
    }

    [Fact]
    public void Sum_of_many_is_the_product() => Properties.Hold(200, random =>
    {
        var (amount, count) = (new NanoUsd(random.NextInt64(1L << 40)), random.Next(1, 50));
        var sum = Enumerable.Repeat(amount, count).Aggregate(NanoUsd.Zero, (a, b) => a + b);
        Assert.Equal(amount * count, sum);
    });
}
