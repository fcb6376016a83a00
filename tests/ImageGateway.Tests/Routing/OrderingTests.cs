using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>In which order the targets of a plan stand.</summary>
public sealed class OrderingTests
{
    private static readonly string[] Abc = ["openai/gpt-image-1", "azure/img-std", "azure/gpt-image-1"];

    [Theory]
    [InlineData("3,1", "aaba")]
    [InlineData("1,1", "abab")]
    [InlineData("1,3", "babb")]
    [InlineData("6,2", "aaba")]
    [InlineData("5,1,1", "aabacaa")]
    public void Weights_spread_the_turns_evenly(string weights, string turns) =>
        Assert.Equal(turns, string.Concat(Enumerable.Range(0, turns.Length).Select(ticket => Letter(Weighted(weights), ticket))));

    [Fact]
    public void Share_is_exact_over_rounds() => Properties.Hold(50, random =>
    {
        int[] weights = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 8))];
        var (route, total) = (Weighted(string.Join(',', weights)), weights.Sum());
        var start = random.Next(1000);
        var turns = Enumerable.Range(start, 3 * total).Select(ticket => Letter(route, ticket)).ToList();
        for (var i = 0; i < weights.Length; i++)
            Assert.Equal(3 * weights[i], turns.Count(letter => letter == (char)('a' + i)));
    });

    [Fact]
    public void Turns_of_a_route_are_not_disturbed_by_another()
    {
        var registry = new TargetRegistry(new ManualTime());
        var table = TableOf(Weighted("3,1") with { When = new() { Quality = "low" } }, Weighted("1,1") with { Name = "other" });
        var turns = "";
        for (var i = 0; i < 8; i++)
        {
            var plan = Planner.Plan(Job("gpt-image-1", new ImageParameters { Quality = "low" }), Anyone, table, (_, _, _) => default, registry.NextTicket, Today);
            turns += Letter(plan);
            for (var j = 0; j <= i % 3; j++)
                _ = Planner.Plan(Job("gpt-image-1"), Anyone, table, (_, _, _) => default, registry.NextTicket, Today);
        }
        Assert.Equal("aabaaaba", turns);
    }

    [Fact]
    public void Weighted_target_that_cannot_do_the_job_leaves_its_turn_to_the_next()
    {
        var route = Weighted("1,1,1");
        var turns = string.Concat(Enumerable.Range(0, 6).Select(ticket => Letter(PlanOf(
            Job("gpt-image-1"), TableOf(route), load: target => target.Name == Abc[0] ? new TargetLoad(TargetState.Drained, default, 0) : default, ticket: ticket))));
        Assert.DoesNotContain('a', turns);
        Assert.Contains('b', turns);
        Assert.Contains('c', turns);
    }

    // A route without targets takes every server of the model, each with its own weight.
    [Fact]
    public void Weighted_route_without_targets_goes_by_the_targets_weights()
    {
        var table = TableOf(
            [Named(Abc[0]) with { Weight = 3 }, Named(Abc[1]) with { RequestsPerMinute = 1 }],
            RouteTo("all") with { Strategy = Strategy.Weighted });
        Assert.Equal("aaba", string.Concat(Enumerable.Range(0, 4).Select(ticket => Letter(PlanOf(Job("gpt-image-1"), table, ticket: ticket)))));
    }

    // Who names a target, or a retired model, gets what the route's turns know nothing of.
    [Fact]
    public void Weighted_route_keeps_targets_that_it_does_not_name()
    {
        var table = TableOf(Weighted("3,1"));
        Assert.Equal("azure/gpt-image-1", PlanOf(Job("azure/gpt-image-1"), table).Names());
        Assert.Equal("openai/gpt-image-2 azure/dall-e-3", PlanOf(Job("dall-e-2"), TableOf(
            [Named("dalle/dall-e-2") with { Shutdown = Today }, Named("openai/gpt-image-2"), Named("azure/dall-e-3")],
            RouteTo("all", Named("dalle/dall-e-2") with { Shutdown = Today }) with { Strategy = Strategy.Weighted, Turns = new WeightedTurns([1]) })).Names());
    }

    [Fact]
    public void Cheapest_goes_by_the_worst_case()
    {
        var route = Route("all", "openai/gpt-image-1", "dalle/dall-e-3", "openai/gpt-image-1-mini") with { Strategy = Strategy.Cheapest };
        var plan = PlanOf(Job("final", new ImageParameters { Quality = "high", Size = "1024x1024" }), TableOf(route));
        Assert.Equal("openai/gpt-image-1-mini dalle/dall-e-3 openai/gpt-image-1", plan.Names());
        Assert.Equal(plan.Targets.Select(target => target.Worst!.Amount.Value).Order(), plan.Targets.Select(target => target.Worst!.Amount.Value));
    }

    // At list price it would be the dearest by far.
    [Fact]
    public void Cheapest_includes_discounts()
    {
        Target[] targets = [Named("openai/gpt-image-1-mini"), Named("azure/img-mini") with { PriceFactor = 0.9m }, Named("openai/gpt-image-1") with { PriceFactor = 0.1m }];
        var plan = PlanOf(Job("final", new ImageParameters { Quality = "high", Size = "1024x1024" }), TableOf(targets, RouteTo("all", targets) with { Strategy = Strategy.Cheapest }));
        Assert.Equal("openai/gpt-image-1 azure/img-mini openai/gpt-image-1-mini", plan.Names());
    }

    [Fact]
    public void Fastest_goes_by_the_median_and_now_and_then_explores()
    {
        var table = TableOf(Route("all", Abc) with { Strategy = Strategy.Fastest });
        double[] medians = [300, 100, 200];
        var firsts = Enumerable.Range(0, 200).Select(ticket => Letter(PlanOf(Job("gpt-image-1"), table, load: Timed, ticket: ticket))).ToList();
        Assert.InRange(firsts.Count(letter => letter == 'b'), 180, 196);
        Assert.Contains('a', firsts);
        Assert.Contains('c', firsts);
        Assert.Equal($"{Abc[1]} {Abc[2]} {Abc[0]}", PlanOf(Job("gpt-image-1"), table, load: Timed).Names());

        TargetLoad Timed(Target target) => new(TargetState.Healthy, default, medians[Array.IndexOf(Abc, target.Name)]);
    }

    [Fact]
    public void Target_that_was_never_measured_is_tried() =>
        Assert.Equal(Abc[2], PlanOf(Job("gpt-image-1"), TableOf(Route("all", Abc) with { Strategy = Strategy.Fastest }), load: target =>
            new TargetLoad(TargetState.Healthy, default, target.Name == Abc[2] ? 0 : 100)).First().Target.Name);

    [Theory]
    [InlineData("Priority")]
    [InlineData("Weighted")]
    [InlineData("Cheapest")]
    [InlineData("Fastest")]
    public void Targets_without_room_come_last_soonest_first(string strategy)
    {
        var route = (strategy == "Weighted" ? Weighted("1,1,1") : Route("all", Abc) with { Strategy = Enum.Parse<Strategy>(strategy) }) with { Fallback = [Named("dalle/dall-e-3")] };
        var plan = PlanOf(Job("gpt-image-1"), TableOf(route), load: target => Array.IndexOf(Abc, target.Name) switch
        {
            0 => new TargetLoad(TargetState.Resting, TimeSpan.FromSeconds(20), 0),
            1 => new TargetLoad(TargetState.Open, TimeSpan.FromSeconds(5), 0),
            2 => new TargetLoad(TargetState.Healthy, TimeSpan.FromSeconds(10), 0),
            _ => default,
        });
        Assert.Equal($"dalle/dall-e-3 {Abc[1]} {Abc[2]} {Abc[0]}", plan.Names());
    }

    // Three pictures are three calls, unless the route lowers them to one.
    [Theory]
    [InlineData(null, "dalle/b dalle/a")]
    [InlineData(1, "dalle/a dalle/b")]
    public void Fan_out_goes_first_where_all_of_its_calls_have_room(int? maxN, string names)
    {
        Target[] targets = [Of("dalle/a", "dall-e-3") with { RequestsPerMinute = 3 }, Of("dalle/b", "dall-e-3") with { RequestsPerMinute = 3 }];
        var registry = new TargetRegistry(new ManualTime());
        Assert.True(registry.Of(targets[0]).TryTake(targets[0], 1, 1, out _));
        var table = TableOf(targets, RouteTo("all", targets) with { MaxN = maxN });
        Assert.Equal(names, Planner.Plan(Job("dall-e-3", new ImageParameters { N = 3 }), Anyone, table, registry.Load, _ => 0, Today).Names());
    }

    private static RoutePolicy Weighted(string weights)
    {
        int[] numbers = [.. weights.Split(',').Select(int.Parse)];
        return Route("all", Abc[..numbers.Length]) with { Strategy = Strategy.Weighted, Turns = new WeightedTurns(numbers) };
    }

    private static char Letter(RoutePolicy route, long ticket) => Letter(PlanOf(Job("gpt-image-1"), TableOf(route), ticket: ticket));

    private static char Letter(Plan plan) => (char)('a' + Array.IndexOf(Abc, plan.First().Target.Name));
}
