using ImageGateway.Images;
using ImageGateway.Routing;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>Variations go where a target can make them; where none can, the client is told of edits.</summary>
public sealed class VariationTests
{
    private static readonly RoutePolicy Finals = Route("finals", "openai/gpt-image-1") with { When = new() { Tier = Tier.Final } };

    [Fact]
    public void Variation_that_names_no_model_goes_to_one_that_makes_them()
    {
        var plan = PlanOf(Job(null, operation: Operation.Variation));
        Assert.Equal(("dalle/dall-e-2", "by-model", Tier.Final, ""), (plan.Names(), plan.Route.Name, plan.Tier, plan.Adjusted()));
        Assert.Equal("b64_json", plan.First().Dialect.Sent.ResponseFormat);
    }

    [Fact]
    public void Variation_that_names_no_model_goes_to_one_that_the_tenant_may_use()
    {
        var own = Named("dalle/dall-e-2") with { Name = "own/varier", Model = Named("dalle/dall-e-2").Model with { Name = "varier" } };
        Assert.Equal("own/varier", PlanOf(Job(null, operation: Operation.Variation), TableOf([.. Targets, own], Finals), Anyone with { Models = ["varier"] }).Names());
        Assert.Equal(ErrorKind.ModelNotAllowed, Refused(Job(null, operation: Operation.Variation), caller: Anyone with { Models = ["gpt-*"] }).Kind);
    }

    [Fact]
    public void Tiers_route_decides_where_one_of_its_targets_makes_variations()
    {
        var elsewhere = Named("dalle/dall-e-2") with { Name = "us/dall-e-2" };
        var plan = PlanOf(Job(null, operation: Operation.Variation), TableOf([elsewhere, .. Targets], Finals with { Targets = [Named("openai/gpt-image-1"), Named("dalle/dall-e-2")] }));
        Assert.Equal(("dalle/dall-e-2", "finals"), (plan.Names(), plan.Route.Name));
    }

    [Fact]
    public void Route_for_variations_takes_those_that_name_no_model()
    {
        var table = TableOf(Route("variations", "dalle/dall-e-2") with { When = new() { Operation = Operation.Variation } }, Finals);
        Assert.Equal(("dalle/dall-e-2", "variations"), PlanOf(Job(null, operation: Operation.Variation), table) is var plan ? (plan.Names(), plan.Route.Name) : default);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("dall-e-2")]
    [InlineData("gpt-image-1")]
    [InlineData("final")]
    [InlineData("auto")]
    public void Variation_that_nothing_makes_is_a_400_that_names_edits(string? model)
    {
        foreach (var table in (RoutingTable[])[TableOf([Named("openai/gpt-image-1")], Finals), TableOf([Named("openai/gpt-image-1")]), TableOf([Named("openai/gpt-image-2")])])
        {
            var error = Refused(Job(model, operation: Operation.Variation), table);
            Assert.Equal((ErrorKind.InvalidValue, "model"), (error.Kind, error.Param));
            Assert.Contains("/v1/images/edits", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("dall-e-2")]
    public void Variation_whose_model_is_retired_is_a_400_that_names_edits(string? model)
    {
        var retired = Named("dalle/dall-e-2") with { Shutdown = Today };
        foreach (var table in (RoutingTable[])[TableOf([retired]), TableOf([retired, Named("openai/gpt-image-2")])])
            Assert.Contains("/v1/images/edits", Refused(Job(model, operation: Operation.Variation), table).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variation_by_a_name_that_nobody_knows_is_404() =>
        Assert.Equal(ErrorKind.ModelNotFound, Refused(Job("nobody knows", operation: Operation.Variation)).Kind);
}
