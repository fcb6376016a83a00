using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>What holds for every plan.</summary>
public sealed class PlanLawTests
{
    [Fact]
    public void Plan_never_holds_a_target_that_cannot_do_the_job() => Properties.Hold(3000, random =>
    {
        var (job, table, loads, ticket) = (AnyJob(random), AnyTable(random), AnyLoads(random), random.Next(100));
        if (Outcome(job, table, loads, ticket) is not { } plan)
            return;
        Assert.NotEmpty(plan.Targets);
        foreach (var planned in plan.Targets)
        {
            Assert.Null(Fitness.Check(job, planned.Dialect.Sent, planned.Target.Model) ?? Fitness.CheckTarget(job, planned.Dialect.Sent, planned.Target));
            Assert.Equal(plan.Refusal is not null, planned.Load.State == TargetState.Drained);
            Assert.False(planned.Target.Shutdown <= Today);
            Assert.InRange(planned.Calls * planned.Target.Model.MaxN, planned.Dialect.Sent.Count, int.MaxValue);
            Assert.True(planned.Calls == 1 || !planned.Dialect.Sent.Stream);
            Assert.True(planned.Dialect.Sent.Count <= (plan.Route.MaxN ?? 10));
            Assert.True(plan.Route.Regions.Count == 0 || plan.Route.Regions.Contains(planned.Target.Region!));
        }
    });

    [Fact]
    public void Defaults_of_a_route_refuse_nothing() => Properties.Hold(2000, random =>
    {
        var (job, table, loads) = (AnyJob(random), AnyTable(random), AnyLoads(random));
        var bare = TableOf(table.Targets, [.. table.Routes.Select(route => route with { Defaults = [] })]);
        if (Outcome(job, bare, loads, 0) is not null)
            Assert.NotNull(Outcome(job, table, loads, 0));
    });

    [Fact]
    public void Plan_is_the_same_for_the_same_inputs() => Properties.Hold(500, random =>
    {
        var (job, table, loads, ticket) = (AnyJob(random), AnyTable(random), AnyLoads(random), random.Next(100));
        Assert.Equal(Written(Outcome(job, table, loads, ticket)), Written(Outcome(job, table, loads, ticket)));
    });

    [Fact]
    public void Target_stands_in_a_plan_once_or_is_skipped_once() => Properties.Hold(2000, random =>
    {
        if (Outcome(AnyJob(random), AnyTable(random), AnyLoads(random), random.Next(100)) is not { Refusal: null } plan)
            return;
        var names = plan.Targets.Select(planned => planned.Target.Name).Concat(plan.Skipped.Select(skip => skip.Target.Name)).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
    });

    [Fact]
    public void Targets_with_room_come_before_those_without() => Properties.Hold(1000, random =>
    {
        if (Outcome(AnyJob(random), AnyTable(random), AnyLoads(random), random.Next(100)) is { } plan)
            Assert.Equal(plan.Targets.OrderBy(planned => !planned.Load.IsReady).Select(planned => planned.Target.Name), plan.Targets.Select(planned => planned.Target.Name));
    });

    private static Plan? Outcome(ImageJob job, RoutingTable table, Dictionary<string, TargetLoad> loads, long ticket)
    {
        try
        {
            return PlanOf(job, table, load: target => loads[target.Name], ticket: ticket);
        }
        catch (GatewayException e)
        {
            Assert.Contains(e.Error.Kind, (ErrorKind[])[ErrorKind.InvalidValue, ErrorKind.ModelNotFound, ErrorKind.ModelNotAllowed, ErrorKind.NoTargetAvailable]);
            return null;
        }
    }

    private static string Written(Plan? plan) => plan is null ? "none" : string.Join('\n', plan.Targets.Select(planned =>
        $"{planned.Target.Name} {planned.Dialect.Sent} {string.Join(' ', planned.Dialect.Edits)} {Adjustment.Header(planned.Dialect.Adjustments)} {planned.Calls} {planned.Worst}"));

    private static ImageJob AnyJob(Random random)
    {
        var operation = random.Pick(Operation.Generation, Operation.Generation, Operation.Edit, Operation.Variation);
        var stream = random.Chance(20);
        return Job(random.Pick("draft", "final", "auto", null, "gpt-image-1", "dall-e-3", "dall-e-2", "img-std", "openai/gpt-image-2", "azure/gpt-image-1"), new ImageParameters
        {
            N = random.Pick<int?>(null, 1, 2, 5, 10),
            Size = random.Pick(null, "auto", "1024x1024", "1536x1024", "1024x1792", "512x512", "2048x2048"),
            Quality = random.Pick(null, "auto", "low", "medium", "high", "standard", "hd"),
            Background = random.Pick(null, null, "auto", "opaque", "transparent"),
            OutputFormat = random.Pick(null, null, "png", "jpeg", "webp"),
            OutputCompression = random.Pick<int?>(null, null, 50),
            ResponseFormat = random.Pick(null, null, "url", "b64_json"),
            InputFidelity = operation == Operation.Edit ? random.Pick(null, "low", "high") : null,
            Stream = stream,
            PartialImages = stream ? random.Pick<int?>(null, 0, 3) : null,
            Style = random.Pick(null, null, "vivid"),
        }, operation) with
        { IsDeploymentPath = random.Chance(10), Tier = random.Chance(10) ? random.Pick(Tier.Draft, Tier.Final) : null };
    }

    private static RoutingTable AnyTable(Random random)
    {
        Target[] targets = [.. Targets.Select(target => target with
        {
            Region = random.Pick("eu", "us"),
            Shutdown = random.Chance(10) ? random.Pick(Today, Today.AddDays(1)) : null,
        })];
        var first = AnyRoute(random, "first", targets) with { When = new() { Tier = random.Pick<Tier?>(null, Tier.Draft, Tier.Final), Quality = random.Pick(null, "low") } };
        return TableOf(targets, first, AnyRoute(random, "rest", targets));
    }

    private static RoutePolicy AnyRoute(Random random, string name, Target[] targets)
    {
        random.Shuffle(targets);
        var (some, others) = (random.Next(1, 5), random.Next(0, 3));
        return RouteTo(name, targets[..some]) with
        {
            Fallback = targets[some..(some + others)],
            Strategy = random.Pick(Enum.GetValues<Strategy>()),
            Turns = new WeightedTurns([.. Enumerable.Range(0, some).Select(_ => random.Next(1, 5))]),
            Defaults = [.. AnyDefaults(random)],
            MaxQuality = random.Pick(null, "low", "medium", "standard"),
            MaxN = random.Pick<int?>(null, 1, 3),
            OnCeiling = random.Pick(CeilingAction.Lower, CeilingAction.Refuse),
            Regions = random.Chance(20) ? ["eu"] : [],
            Substitute = random.Pick(SubstituteAction.Allow, SubstituteAction.Refuse),
        };
    }

    // In the order in which they are filled in.
    private static IEnumerable<KeyValuePair<string, string>> AnyDefaults(Random random) =>
        new KeyValuePair<string, string>[]
        {
            new("quality", random.Pick("low", "hd")), new("size", random.Pick("auto", "512x512", "1792x1024")), new("output_format", random.Pick("png", "jpeg", "webp")),
            new("background", random.Pick("opaque", "transparent")), new("output_compression", "50"), new("style", "natural"),
        }.Where(_ => random.Chance(20));

    private static Dictionary<string, TargetLoad> AnyLoads(Random random) => Targets.ToDictionary(
        target => target.Name,
        _ => new TargetLoad(random.Chance(60) ? TargetState.Healthy : random.Pick(Enum.GetValues<TargetState>()), TimeSpan.FromSeconds(random.Pick(0, 0, 1, 30)), random.Next(3) * 100));
}
