using ImageGateway.Routing;
using ImageGateway.Tests.Catalog;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>Simulated targets beside real ones.</summary>
public sealed class SimulatedTargetTests
{
    private static readonly Target Retired = Of("openai/gpt-image-1", "gpt-image-1") with { Shutdown = Today };
    private static readonly Target Real = Of("openai/gpt-image-1", "gpt-image-1");
    private static readonly Target[] Others =
    [
        Of("openai/gpt-image-2", "gpt-image-2"), Of("azure/img-std", "gpt-image-1") with { Simulated = true }, Of("dalle/dall-e-3", "dall-e-3") with { Simulated = true },
    ];

    [Theory]
    [InlineData("gpt-image-1", false, "openai/gpt-image-1")]
    [InlineData("gpt-image-1", true, "openai/gpt-image-2")]
    [InlineData("img-std", true, "azure/img-std")]
    [InlineData("azure/img-std", true, "azure/img-std")]
    [InlineData("dall-e-3", false, "dalle/dall-e-3")]
    public void Model_that_something_real_serves_or_served_goes_to_nothing_simulated(string model, bool isRetired, string targets)
    {
        var plan = PlanOf(Job(model), new RoutingTable(ShippedCatalogue.Loaded, [isRetired ? Retired : Real, .. Others], [], prefersReal: true));
        Assert.Equal(targets, plan.Names());
    }

    // In a configuration of the operator's own.
    [Fact]
    public void Without_that_preference_every_target_of_the_model_is_one() =>
        Assert.Equal("openai/gpt-image-1 azure/img-std", PlanOf(Job("gpt-image-1"), TableOf([Real, .. Others])).Names());

    [Fact]
    public void Simulated_target_that_a_route_names_is_used()
    {
        var table = new RoutingTable(ShippedCatalogue.Loaded, [Real, .. Others], [RouteTo("all", Others[1], Real)], prefersReal: true);
        Assert.Equal("azure/img-std openai/gpt-image-1", PlanOf(Job("gpt-image-1"), table).Names());
    }
}
