using ImageGateway.Caching;
using ImageGateway.Configuration;
using ImageGateway.Routing;
using ImageGateway.Tests.Catalog;

namespace ImageGateway.Tests.Routing;

public sealed class RouteReaderTests
{
    [Fact]
    public void Fallback_needs_no_targets()
    {
        var mistakes = new Mistakes("Gateway:Routes");
        var routes = new RouteReader([new() { Name = "by-model", Fallback = [new() { Target = "dalle/dall-e-3" }], Strategy = Strategy.Weighted }], [.. Plans.Targets], ShippedCatalogue.Loaded, mistakes).Build();
        Assert.Empty(mistakes.All);
        Assert.Equal([Plans.Named("dalle/dall-e-3")], Assert.Single(routes).Fallback);
    }

    // Whether the one suits depends on the other.
    [Fact]
    public void Format_is_filled_in_before_what_depends_on_it()
    {
        var defaults = new Dictionary<string, string> { ["background"] = "transparent", ["output_compression"] = "50", ["output_format"] = "jpeg" };
        var route = Assert.Single(new RouteReader([new() { Name = "all", Defaults = defaults }], [.. Plans.Targets], ShippedCatalogue.Loaded, new Mistakes("Gateway")).Build());
        Assert.Equal(["output_format", "background", "output_compression"], route.Defaults.Select(entry => entry.Key));
    }

    [Fact]
    public void Routes_have_one_bound_of_what_they_cache()
    {
        CacheOptions?[] options = [new() { MaxBytes = 100 }, new() { MaxBytes = 300 }, null, new() { MaxBytes = 900, Ttl = TimeSpan.Zero }];
        var routes = new RouteReader([.. options.Select((cache, i) => new RoutePolicyOptions { Name = $"{i}", Cache = cache })], [], ShippedCatalogue.Loaded, new Mistakes("Gateway")).Build();
        Assert.Equal([300, 300, null, 900], routes.Select(route => route.Cache?.MaxBytes));
    }
}
