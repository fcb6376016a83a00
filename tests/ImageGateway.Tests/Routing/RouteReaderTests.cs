using ImageGateway.Caching;
using ImageGateway.Configuration;
using ImageGateway.Hosting;
using ImageGateway.Routing;
using ImageGateway.Tests.Catalog;

namespace ImageGateway.Tests.Routing;

public sealed class RouteReaderTests
{
    [Fact]
    public void Routes_have_one_bound_of_what_they_cache()
    {
        CacheOptions?[] options = [new() { MaxBytes = 100 }, new() { MaxBytes = 300 }, null, new() { MaxBytes = 900, Ttl = TimeSpan.Zero }];
        var routes = new RouteReader([.. options.Select((cache, i) => new RoutePolicyOptions { Name = $"{i}", Cache = cache })], [], ShippedCatalogue.Loaded, new Mistakes("Gateway")).Build();
        Assert.Equal([300, 300, null, 900], routes.Select(route => route.Cache?.MaxBytes));
    }
}
