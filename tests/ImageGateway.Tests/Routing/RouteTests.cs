using System.Collections.Frozen;
using ImageGateway.Images;
using ImageGateway.Routing;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>Which route takes a job.</summary>
public sealed class RouteTests
{
    // Each condition alone, against one job: an edit of gpt-image-1 by acme/web, high, 1024x1024, tagged team=blue-1.
    public static TheoryData<string, bool> Conditions => new()
    {
        { "Model=gpt-image-1", true }, { "Model=gpt-*", true }, { "Model=dall-*", false },
        { "Tenant=acme", true }, { "Tenant=ac*", true }, { "Tenant=other", false },
        { "Project=web", true }, { "Project=app", false },
        { "Operation=edit", true }, { "Operation=generation", false },
        { "Quality=high", true }, { "Quality=low", false },
        { "Size=1024x1024", true }, { "Size=1536x1024", false },
        { "Tag=team:blue-1", true }, { "Tag=team:blue-*", true }, { "Tag=team:red", false }, { "Tag=cost:blue-1", false },
        { "Tier=draft", false }, { "Tier=final", false },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public void Condition_takes_what_it_names(string condition, bool takes)
    {
        var (name, value) = (condition.Split('=')[0], condition.Split('=')[1]);
        var when = name switch
        {
            "Model" => new RouteCondition { Model = value },
            "Tenant" => new() { Tenant = value },
            "Project" => new() { Project = value },
            "Operation" => new() { Operation = Enum.Parse<Operation>(value, ignoreCase: true) },
            "Quality" => new() { Quality = value },
            "Size" => new() { Size = value },
            "Tier" => new() { Tier = Enum.Parse<Tier>(value, ignoreCase: true) },
            _ => new() { Tags = [new(value.Split(':')[0], value.Split(':')[1])] },
        };
        var job = Job("gpt-image-1", new ImageParameters { Quality = "high", Size = "1024x1024" }, Operation.Edit) with
        {
            Tags = new Dictionary<string, string> { ["team"] = "blue-1" }.ToFrozenDictionary(),
        };
        var table = TableOf(Route("this", "azure/img-std") with { When = when }, Route("rest", "openai/gpt-image-1"));
        Assert.Equal(takes ? "this azure/img-std" : "rest openai/gpt-image-1", PlanOf(job, table) is var plan ? $"{plan.Route.Name} {plan.Names()}" : null);
    }

    [Fact]
    public void All_conditions_must_hold()
    {
        var when = new RouteCondition { Tenant = "acme", Quality = "low" };
        var table = TableOf(Route("both") with { When = when }, Route("rest"));
        Assert.Equal("both", PlanOf(Job("gpt-image-1", new ImageParameters { Quality = "low" }), table).Route.Name);
        Assert.Equal("rest", PlanOf(Job("gpt-image-1", new ImageParameters { Quality = "high" }), table).Route.Name);
        Assert.Equal("rest", PlanOf(Job("gpt-image-1", new ImageParameters { Quality = "low" }), table, Anyone with { Tenant = "other" }).Route.Name);
    }

    [Fact]
    public void First_match_wins()
    {
        var table = TableOf(Route("one") with { When = new() { Model = "gpt-*" } }, Route("two") with { When = new() { Model = "gpt-image-1" } });
        Assert.Equal("one", PlanOf(Job("gpt-image-1"), table).Route.Name);
    }

    // The job of a tier names no model, so a route for models does not see it.
    [Fact]
    public void Route_for_models_leaves_tiers_alone()
    {
        var table = TableOf(Route("models", "azure/img-std") with { When = new() { Model = "*" } }, Route("finals", "openai/gpt-image-1") with { When = new() { Tier = Tier.Final } });
        Assert.Equal("finals", PlanOf(Job("final"), table).Route.Name);
        Assert.Equal("models", PlanOf(Job("gpt-image-1"), table).Route.Name);
    }

    [Theory]
    [InlineData("draft", null, "Draft")]
    [InlineData("final", "low", "Final")]
    [InlineData("auto", "low", "Draft")]
    public void Route_of_a_tier_matches_by_alias(string model, string? quality, string tier)
    {
        var plan = PlanOf(Job(model, new ImageParameters { Quality = quality }), TableOf(
            Route("drafts", "openai/gpt-image-1-mini") with { When = new() { Tier = Tier.Draft } },
            Route("finals", "openai/gpt-image-1") with { When = new() { Tier = Tier.Final } }));
        Assert.Equal($"{tier.ToLowerInvariant()}s", plan.Route.Name);
        Assert.Equal("", plan.Adjusted().Replace("quality=low->", "", StringComparison.Ordinal));
    }

    // A route is refused at start when an earlier one covers it: that must never be wrong.
    [Fact]
    public void Covering_condition_takes_every_job_of_the_covered() => Properties.Hold(3000, random =>
    {
        var (first, second) = (AnyCondition(random), AnyCondition(random));
        if (!first.Covers(second))
            return;
        for (var i = 0; i < 50; i++)
        {
            var tier = random.Pick<Tier?>(null, null, Tier.Draft, Tier.Final);
            var job = Job(null, new ImageParameters { Quality = random.Pick(null, "low", "high"), Size = random.Pick(null, "1024x1024") }, random.Pick(Operation.Generation, Operation.Edit)) with
            {
                Tags = random.Chance(50) ? new Dictionary<string, string> { ["team"] = random.Pick("blue", "blue-1", "red") } : new Dictionary<string, string>(),
            };
            var (caller, model) = (Anyone with { Tenant = random.Pick("acme", "other") }, tier is null ? random.Pick("gpt-image-1", "dall-e-3") : null);
            if (second.Takes(job, caller, tier, model))
                Assert.True(first.Takes(job, caller, tier, model), $"{first} does not cover {second}");
        }
    });

    private static RouteCondition AnyCondition(Random random) => new()
    {
        Tier = random.Pick<Tier?>(null, null, Tier.Draft),
        Model = random.Pick(null, null, "*", "gpt-*", "gpt-image-1"),
        Tenant = random.Pick(null, null, "ac*", "acme"),
        Operation = random.Pick<Operation?>(null, null, Operation.Edit),
        Quality = random.Pick(null, null, "low"),
        Size = random.Pick(null, null, "1024x1024"),
        Tags = random.Chance(40) ? [new("team", random.Pick("*", "blue", "blue-*"))] : [],
    };

    [Fact]
    public void No_route_means_every_server_of_the_model_in_the_files_order() =>
        Assert.Equal("openai/gpt-image-1 azure/img-std azure/gpt-image-1", PlanOf(Job("gpt-image-1"), TableOf()).Names());
}
