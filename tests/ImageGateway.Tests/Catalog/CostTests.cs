using ImageGateway.Catalog;
using ImageGateway.Images;
using static ImageGateway.Tests.Catalog.ShippedCatalogue;

namespace ImageGateway.Tests.Catalog;

public sealed class CostTests
{
    // OpenAI's image generation guide, output tokens of gpt-image-1, 1.5 and mini.
    [Theory]
    [InlineData("low", 272, 408, 400)]
    [InlineData("medium", 1056, 1584, 1568)]
    [InlineData("high", 4160, 6240, 6208)]
    public void Output_tokens_of_a_table_are_the_published_ones(string quality, long square, long portrait, long landscape)
    {
        foreach (var name in new[] { "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5" })
        {
            Assert.Equal(square, Tokens(name, quality, "1024x1024"));
            Assert.Equal(portrait, Tokens(name, quality, "1024x1536"));
            Assert.Equal(landscape, Tokens(name, quality, "1536x1024"));
            Assert.Equal(portrait, Tokens(name, quality, null));
        }
    }

    // Readings of the official calculator.
    [Theory]
    [InlineData("low", "1024x1024", 196)]
    [InlineData("low", "1024x1536", 158)]
    [InlineData("low", "1536x1024", 158)]
    [InlineData("medium", "1024x1024", 1756)]
    [InlineData("medium", "1024x1536", 1372)]
    [InlineData("medium", "1536x1024", 1372)]
    [InlineData("high", "1024x1024", 7024)]
    [InlineData("high", "1024x1536", 5488)]
    [InlineData("high", "1536x1024", 5488)]
    [InlineData("high", "2048x2048", 14272)]
    [InlineData("high", "3840x2160", 13342)]
    public void Output_tokens_of_the_formula_are_the_published_ones(string quality, string size, long tokens) =>
        Assert.Equal(tokens, Tokens("gpt-image-2", quality, size));

    [Theory]
    [InlineData("low")]
    [InlineData("medium")]
    [InlineData("high")]
    public void Dearest_size_of_the_formula_is_the_maximum_of_all(string quality)
    {
        var model = Model("gpt-image-2");
        var most = model.Sizes.Bounds!.All().Concat(model.Sizes.List).Max(size => model.Tokens!.Output.For(quality, size)!.Value);
        Assert.Equal(most, Tokens("gpt-image-2", quality, null));
        Assert.True(most > Tokens("gpt-image-2", quality, "3840x2160"));
    }

    [Theory]
    [InlineData("gpt-image-1", "high", 166_650_000_000)]
    [InlineData("gpt-image-1-mini", "medium", 8_548_000_000)]
    public void Thousand_pictures_cost_what_the_contract_says(string name, string quality, long nanoUsd)
    {
        var each = CostCalculator.ByTable(Model(name), Price(name), new JobShape(quality, new ImageSize(1024, 1024), 1, 50))!.Value;
        Assert.Equal(new NanoUsd(nanoUsd), each * 1000);
    }

    [Fact]
    public void Partial_pictures_cost_100_tokens_each_for_every_picture()
    {
        var shape = new JobShape("low", new ImageSize(1024, 1024), 3, 10);
        var without = CostCalculator.Tokens(Model("gpt-image-1"), shape)!.Value;
        var with = CostCalculator.Tokens(Model("gpt-image-1"), shape with { PartialImages = 2 })!.Value;
        Assert.Equal(3 * 272, without.ImageOutput);
        Assert.Equal(without.ImageOutput + (3 * 2 * 100), with.ImageOutput);
        Assert.Equal(10, with.TextInput);
    }

    // 65 + 129 for each tile; high fidelity adds 4160 to a square and 6240 to any other.
    [Theory]
    [InlineData(1024, 1024, false, 194)]
    [InlineData(1, 1, false, 194)]
    [InlineData(1536, 1024, false, 323)]
    [InlineData(1024, 1536, false, 323)]
    [InlineData(2048, 1024, false, 323)]
    [InlineData(2049, 1024, false, 452)]
    [InlineData(3072, 1024, true, 6692)]
    [InlineData(1024, 1024, true, 4354)]
    [InlineData(1024, 1025, true, 6563)]
    [InlineData(8000, 4000, false, 323)]
    public void Input_picture_takes_its_tiles(int width, int height, bool highFidelity, long tokens) =>
        Assert.Equal(tokens, Model("gpt-image-1").Tokens!.InputTokens(width, height, highFidelity));

    // The guide's own steps, in pixels, against the short cut of the code; a strip thinner than a tile keeps its scale only on paper.
    [Fact]
    public void Input_tiles_are_never_fewer_than_the_guides_steps_give() => Properties.Hold(1000, random =>
    {
        int width = random.Next(16, 6000), height = random.Next(16, 6000);
        var tiles = (Model("gpt-image-1").Tokens!.InputTokens(width, height, highFidelity: false) - 65) / 129;
        var shorter = (double)Math.Min(width, height);
        var longer = Math.Max(width, height) * 512 / shorter;
        Assert.InRange(tiles, (long)Math.Ceiling((longer - 0.5) / 512), (long)Math.Ceiling((longer + 0.5) / 512));
    });

    [Theory]
    [InlineData("dall-e-3", "standard", "1024x1024", "0.04")]
    [InlineData("dall-e-3", "standard", "1792x1024", "0.08")]
    [InlineData("dall-e-3", "standard", "1024x1792", "0.08")]
    [InlineData("dall-e-3", "hd", "1024x1024", "0.08")]
    [InlineData("dall-e-3", "hd", "1792x1024", "0.12")]
    [InlineData("dall-e-3", "hd", null, "0.12")]
    [InlineData("dall-e-3", "standard", null, "0.08")]
    [InlineData("dall-e-2", "standard", "256x256", "0.016")]
    [InlineData("dall-e-2", "standard", "512x512", "0.018")]
    [InlineData("dall-e-2", "standard", "1024x1024", "0.02")]
    [InlineData("dall-e-2", "standard", null, "0.02")]
    [InlineData("dall-e-2", "standard", "1024x1792", null)]
    [InlineData("dall-e-2", "hd", "1024x1024", null)]
    public void Picture_without_tokens_has_its_own_price(string name, string quality, string? size, string? usd)
    {
        var shape = new JobShape(quality, size is null ? null : Size(size), 2, 50);
        Assert.Equal(usd is null ? null : decimal.Parse(usd) * 2, CostCalculator.ByTable(Model(name), Price(name), shape)?.Usd);
    }

    [Fact]
    public void Cached_tokens_are_charged_at_their_own_rate_instead()
    {
        var usage = new TokenUsage(TextInput: 100, ImageInput: 50, CachedTextInput: 40, CachedImageInput: 10, ImageOutput: 1000, TextOutput: 7);
        // USD for a million: 5 / 1.25 / 8 / 2 / 32 / 10.
        Assert.Equal(new NanoUsd((60 * 5000) + (40 * 1250) + (40 * 8000) + (10 * 2000) + (1000 * 32000) + (7 * 10000)), CostCalculator.Charge(Price("gpt-image-1.5"), usage));
    }

    [Fact]
    public void Charge_of_a_sum_is_the_sum_of_the_charges() => Properties.Hold(300, random =>
    {
        var price = Price(random.Pick("gpt-image-1", "gpt-image-1.5", "gpt-image-2", "gpt-image-1-mini"));
        var (a, b) = (Usage(random), Usage(random));
        Assert.Equal(CostCalculator.Charge(price, a) + CostCalculator.Charge(price, b), CostCalculator.Charge(price, a + b));
        Assert.Equal(a.Total + b.Total, (a + b).Total);
    });

    [Theory]
    [InlineData("gpt-image-1", "xhigh", "1024x1024")]
    [InlineData("gpt-image-1", "high", "2048x2048")]
    [InlineData("gpt-image-2", "hd", "1024x1024")]
    public void Quality_or_size_that_the_table_lacks_has_no_tokens(string name, string quality, string size) =>
        Assert.Null(CostCalculator.Tokens(Model(name), new JobShape(quality, Size(size), 1, 0)));

    private static long Tokens(string name, string quality, string? size) =>
        CostCalculator.Tokens(Model(name), new JobShape(quality, size is null ? null : Size(size), 1, 0))!.Value.ImageOutput;

    private static TokenUsage Usage(Random random) => new(random.Next(100_000), random.Next(100_000), 0, 0, random.Next(100_000), random.Next(100_000));
}
