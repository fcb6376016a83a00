using ImageGateway.Routing;
using ImageGateway.Tests.Catalog;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>Which models are listed: those that a request may name and get a picture.</summary>
public sealed class ListedModelTests
{
    private static readonly Target Retired = Named("dalle/dall-e-3") with { Shutdown = Today };
    private static readonly Target Unpriced = Named("azure/img-std") with { Model = Named("azure/img-std").Model with { Name = "own", Prices = [] } };

    [Fact]
    public void Model_is_listed_once() =>
        Assert.Equal(["gpt-image-1", "gpt-image-1-mini", "gpt-image-2", "gpt-image-1.5", "dall-e-3", "dall-e-2"], Listed(Table));

    [Fact]
    public void Model_whose_targets_are_retired_is_listed_where_its_successor_is_served()
    {
        Assert.Empty(Listed(TableOf([Retired])));
        Assert.Empty(Listed(TableOf([Retired, Named("openai/gpt-image-2") with { Shutdown = Today }])));
        Assert.Equal(["dall-e-3", "gpt-image-2"], Listed(TableOf([Retired, Named("openai/gpt-image-2")])));
        Assert.Equal(["dall-e-3"], Listed(TableOf([Retired, Retired with { Name = "other/dall-e-3", Shutdown = Today.AddDays(1) }])));
        Assert.Empty(Listed(TableOf([Retired, Named("openai/gpt-image-2")]), "dall-e-*"));
    }

    [Fact]
    public void Model_that_a_route_serves_by_another_is_listed()
    {
        var route = Route("stand-in", "openai/gpt-image-1") with { When = new() { Model = "dall-e-*" } };
        Assert.Equal(["dall-e-3", "gpt-image-1"], Listed(TableOf([Retired, Named("openai/gpt-image-1")], route)));
        Assert.Equal(["gpt-image-1"], Listed(TableOf([Retired, Named("openai/gpt-image-1")], route with { When = route.When with { Tenant = "other" } })));
    }

    [Fact]
    public void Model_without_a_price_is_listed_where_it_may_be_used()
    {
        Target[] targets = [Named("openai/gpt-image-1"), Unpriced];
        Assert.Equal(["gpt-image-1"], Listed(TableOf(targets)));
        Assert.Equal(["gpt-image-1", "own"], Listed(new RoutingTable(ShippedCatalogue.Loaded, targets, []) { AllowsUnpriced = true }));
    }

    private static IEnumerable<string> Listed(RoutingTable table, string allowed = "*") => table.ModelsOf(Anyone with { Models = [allowed] }, Today).Select(model => model.Name);
}
