using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>Targets for when none of the others can serve.</summary>
public sealed class FallbackTests
{
    private static readonly RoutePolicy ByModel = Route("by-model") with { Fallback = [Named("azure/img-std"), Named("dalle/dall-e-3")] };

    [Fact]
    public void Fallbacks_come_behind()
    {
        var route = Route("all", "azure/img-std") with { Fallback = [Named("openai/gpt-image-1"), Named("dalle/dall-e-3")] };
        Assert.Equal("azure/img-std openai/gpt-image-1 dalle/dall-e-3", PlanOf(Job("gpt-image-1"), TableOf(route)).Names());
    }

    [Theory]
    [InlineData("gpt-image-1", "openai/gpt-image-1 azure/img-std azure/gpt-image-1 dalle/dall-e-3")]
    [InlineData("gpt-image-2", "openai/gpt-image-2 azure/dall-e-3 azure/img-std dalle/dall-e-3")]
    public void Route_without_targets_has_them_behind_those_of_the_model(string model, string names)
    {
        var plan = PlanOf(Job(model), TableOf(ByModel));
        Assert.Equal((names, ""), (plan.Names(), plan.Adjusted()));
        Assert.Contains(new Adjustment("model", model, "dall-e-3"), plan.Targets[^1].Dialect.Adjustments);
    }

    // Who names a deployment or a provider means just that.
    [Fact]
    public void Target_that_is_named_has_none() => Assert.Equal("azure/gpt-image-1", PlanOf(Job("azure/gpt-image-1"), TableOf(ByModel)).Names());

    [Fact]
    public void Model_that_nothing_serves_goes_to_the_fallback()
    {
        var plan = PlanOf(Job("gpt-image-1.5"), TableOf([Named("azure/img-std")], Route("by-model") with { Fallback = [Named("azure/img-std")] }));
        Assert.Equal(("azure/img-std", "model=gpt-image-1.5->gpt-image-1"), (plan.Names(), plan.Adjusted()));
    }

    [Fact]
    public void Turns_are_of_the_models_own_targets()
    {
        Target[] targets = [Named("openai/gpt-image-1") with { Weight = 2 }, Named("azure/gpt-image-1"), Named("dalle/dall-e-3") with { Weight = 5 }];
        var table = TableOf(targets, RouteTo("by-model") with { Strategy = Strategy.Weighted, Fallback = [targets[1], targets[2]] });
        var plans = Enumerable.Range(0, 3).Select(ticket => PlanOf(Job("gpt-image-1"), table, ticket: ticket)).ToList();
        Assert.Equal(["openai/gpt-image-1", "azure/gpt-image-1", "openai/gpt-image-1"], plans.Select(plan => plan.First().Target.Name));
        Assert.All(plans, plan => Assert.Equal("dalle/dall-e-3", plan.Targets[^1].Target.Name));
    }

    [Fact]
    public void Cheapest_leaves_them_behind()
    {
        var table = TableOf(Route("by-model") with { Strategy = Strategy.Cheapest, Fallback = [Named("openai/gpt-image-1-mini")] });
        Assert.Equal("openai/gpt-image-1-mini", PlanOf(Job("gpt-image-1"), table).Targets[^1].Target.Name);
    }

    [Fact]
    public void Tiers_have_those_of_the_route_that_takes_them()
    {
        var table = TableOf(
            Route("mine") with { When = new() { Tenant = "acme" }, Fallback = [Named("dalle/dall-e-3"), Named("openai/gpt-image-1")] },
            Route("finals", "openai/gpt-image-1") with { When = new() { Tier = Tier.Final }, Fallback = [Named("azure/img-std")] });
        Assert.Equal("openai/gpt-image-1 dalle/dall-e-3", PlanOf(Job("final"), table).Names());
        Assert.Equal("openai/gpt-image-1 azure/img-std", PlanOf(Job("final"), table, Anyone with { Tenant = "other" }).Names());
    }

    [Fact]
    public void Fallback_with_room_serves_while_the_others_have_none() =>
        Assert.Equal("dalle/dall-e-3", PlanOf(Job("gpt-image-1"), TableOf(ByModel), load: target =>
            target.Model.Name == "gpt-image-1" ? new TargetLoad(TargetState.Resting, TimeSpan.FromSeconds(20), 0) : default).First().Target.Name);
}
