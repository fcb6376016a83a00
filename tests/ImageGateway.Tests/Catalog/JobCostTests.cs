using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Tests.Routing;

namespace ImageGateway.Tests.Catalog;

public sealed class JobCostTests
{
    private const long Nano = 1_000_000_000;

    [Theory]
    [InlineData("gpt-image-1", "high", 0.16665)]
    [InlineData("gpt-image-1-mini", "medium", 0.008548)]
    [InlineData("dall-e-3", "hd", 0.08)]
    public void Worst_case_counts_every_byte_as_a_token(string model, string quality, double usd) =>
        Assert.Equal((long)(usd * Nano), Worst(model, new ImageParameters { Quality = quality, Size = "1024x1024" }));

    [Fact]
    public void Worst_case_of_what_is_not_said_is_the_dearest()
    {
        var sizes = ((string[])["1024x1024", "1024x1536", "1536x1024"]).Select(size => Worst("gpt-image-1", new ImageParameters { Quality = "high", Size = size }));
        Assert.Equal(sizes.Max(), Worst("gpt-image-1", new ImageParameters { Quality = "auto", Size = "auto" }));
        Assert.Equal(sizes.Max(), Worst("gpt-image-1", new ImageParameters()));
    }

    // Each call of a fan-out reads the prompt.
    [Fact]
    public void Pictures_and_calls_multiply()
    {
        var one = Worst("gpt-image-1", new ImageParameters { Quality = "high", Size = "1024x1024" });
        Assert.Equal(one + 2 * 166_400_000, Worst("gpt-image-1", new ImageParameters { Quality = "high", Size = "1024x1024", N = 3 }));
        Assert.Equal(3 * one, Worst("gpt-image-1", new ImageParameters { Quality = "high", Size = "1024x1024", N = 3 }, calls: 3));
        Assert.Equal(3 * 40_000_000, Worst("dall-e-3", new ImageParameters { Quality = "standard", Size = "1024x1024", N = 3 }, calls: 3));
    }

    [Fact]
    public void Expected_cost_takes_four_bytes_for_a_token() =>
        Assert.Equal(166_465_000, JobCost.Expected(
            Job(), new ImageParameters { Quality = "high" }, ShippedCatalogue.Model("gpt-image-1"), ShippedCatalogue.Price("gpt-image-1"), 1)!.Amount.Value);

    // What is charged is rounded for each call; with factors of three decimals the catalogue's prices need no rounding.
    [Theory]
    [InlineData("gpt-image-1")]
    [InlineData("dall-e-3")]
    public void Discounted_worst_case_bounds_the_calls_and_is_exact_where_it_can_be(string name) => Properties.Hold(200, random =>
    {
        var (model, price, sent) = (ShippedCatalogue.Model(name), ShippedCatalogue.Price(name), new ImageParameters { Quality = "high", Size = "1024x1024", N = random.Next(1, 11) });
        sent = sent with { Quality = Translation.Quality("high", model) };
        var (factor, short3) = ((decimal)random.NextDouble() * 10, random.Next(0, 10_001) / 1000m);
        var (one, all) = (JobCost.Worst(Job(), sent with { N = 1 }, model, price, 1)!, JobCost.Worst(Job(), sent, model, price, sent.Count)!);
        Assert.True(one.Amount.Times(factor) * sent.Count is var charged && charged.Value <= all.Times(factor).Amount.Value);
        Assert.Equal(all.Amount.Times(short3), all.Times(short3).Amount);
    });

    private static long Worst(string model, ImageParameters sent, int calls = 1) =>
        JobCost.Worst(Job(), sent, ShippedCatalogue.Model(model), ShippedCatalogue.Price(model), calls)!.Amount.Value;

    private static ImageJob Job() => Plans.Job("final") with { Prompt = new string('a', 50) };
}
