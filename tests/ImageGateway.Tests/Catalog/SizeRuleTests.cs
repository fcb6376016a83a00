using static ImageGateway.Tests.Catalog.ShippedCatalogue;

namespace ImageGateway.Tests.Catalog;

public sealed class SizeRuleTests
{
    // Multiples of 16, edges to 3840, at most 3:1, 655 360 to 8 294 400 pixels.
    [Theory]
    [InlineData("1024x1024", true)]
    [InlineData("3840x2160", true)]
    [InlineData("2160x3840", true)]
    [InlineData("3840x1280", true)]
    [InlineData("1024x640", true)]
    [InlineData("2880x2880", true)]
    [InlineData("3840x1264", false)]
    [InlineData("3856x2160", false)]
    [InlineData("3840x2176", false)]
    [InlineData("1024x624", false)]
    [InlineData("1023x1024", false)]
    [InlineData("1024x1032", false)]
    [InlineData("512x512", false)]
    [InlineData("99999x99999", false)]
    public void Free_size_keeps_the_bounds(string size, bool allowed) => Assert.Equal(allowed, Model("gpt-image-2").Sizes.Allows(Size(size)));

    [Fact]
    public void Every_size_within_the_bounds_is_listed_once()
    {
        var bounds = Model("gpt-image-2").Sizes.Bounds!;
        var all = bounds.All().ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.All(all, size => Assert.True(bounds.Allow(size)));
        Assert.Contains(Size("3840x2160"), all);
        Assert.Contains(Size("1024x640"), all);
    }

    [Theory]
    [InlineData("gpt-image-1", "1536x1024", true)]
    [InlineData("gpt-image-1", "2048x2048", false)]
    [InlineData("dall-e-3", "1792x1024", true)]
    [InlineData("dall-e-2", "256x256", true)]
    public void Listed_sizes_are_all_there_are_without_bounds(string model, string size, bool allowed) =>
        Assert.Equal(allowed, Model(model).Sizes.Allows(Size(size)));
}
