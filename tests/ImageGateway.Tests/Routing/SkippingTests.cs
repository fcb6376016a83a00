using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>Which targets a plan leaves out, why, and what is said when none is left.</summary>
public sealed class SkippingTests
{
    private static readonly DateOnly LastDay = new(2027, 1, 31);

    [Fact]
    public void Retired_target_is_skipped_from_its_day_on()
    {
        var table = TableOf([Named("openai/gpt-image-1") with { Shutdown = LastDay }, Named("azure/img-std")]);
        Assert.Equal("openai/gpt-image-1 azure/img-std", PlanOf(Job("gpt-image-1"), table, today: LastDay.AddDays(-1)).Names());
        var plan = PlanOf(Job("gpt-image-1"), table, today: LastDay);
        Assert.Equal("azure/img-std", plan.Names());
        Assert.Equal(SkipReason.Retired, Assert.Single(plan.Skipped).Kind);
        Assert.Equal("", plan.Adjusted());
    }

    [Theory]
    [InlineData("dall-e-3", "dall-e-3")]
    [InlineData("dalle/dall-e-3", "dalle%2Fdall-e-3")]
    public void Successor_takes_the_place_of_a_retired_model(string model, string told)
    {
        var table = TableOf([Named("dalle/dall-e-3") with { Shutdown = LastDay }, Named("openai/gpt-image-2")]);
        var asked = new ImageParameters { Quality = "hd", Style = "vivid" };
        Assert.Equal("dalle/dall-e-3", PlanOf(Job(model, asked), table, today: LastDay.AddDays(-1)).Names());
        var plan = PlanOf(Job(model, asked), table, today: LastDay);
        Assert.Equal("openai/gpt-image-2", plan.Names());
        Assert.Equal($"model={told}->gpt-image-2,quality=hd->high,style=vivid->", plan.Adjusted());
    }

    [Fact]
    public void Retired_model_is_404_where_the_route_allows_no_substitute()
    {
        var table = TableOf(
            [Named("dalle/dall-e-3") with { Shutdown = LastDay }, Named("openai/gpt-image-2")],
            RouteTo("all") with { Substitute = SubstituteAction.Refuse });
        Assert.Equal((ErrorKind.ModelNotFound, "model"), Refused(Job("dall-e-3"), table, today: LastDay) is var error ? (error.Kind, error.Param) : default);
    }

    [Fact]
    public void Retired_model_is_404_when_nobody_serves_the_successor() =>
        Assert.Equal(ErrorKind.ModelNotFound, Refused(Job("dall-e-3"), TableOf([Named("dalle/dall-e-3") with { Shutdown = LastDay }]), today: LastDay).Kind);

    [Fact]
    public void Retired_model_that_is_no_longer_configured_goes_to_its_successor() =>
        Assert.Equal("model=dall-e-3->gpt-image-2", PlanOf(Job("dall-e-3"), TableOf([Named("openai/gpt-image-2")])).Adjusted());

    // Its time has not come (1 December 2026): asking for it is a mistake, not history.
    [Fact]
    public void Living_model_that_nobody_serves_is_404() =>
        Assert.Equal(ErrorKind.ModelNotFound, Refused(Job("gpt-image-1.5"), TableOf([Named("openai/gpt-image-2")])).Kind);

    [Fact]
    public void Successor_must_be_allowed_to_the_tenant() =>
        Assert.Equal(ErrorKind.ModelNotAllowed, Refused(Job("dall-e-3"), TableOf([Named("openai/gpt-image-2")]), Anyone with { Models = ["dall-e-3"] }).Kind);

    [Fact]
    public void Target_outside_the_regions_is_skipped()
    {
        var table = TableOf(
            [Named("openai/gpt-image-1"), Named("azure/img-std") with { Region = "EU" }, Named("azure/gpt-image-1") with { Region = "us" }],
            RouteTo("all") with { Regions = ["eu", "ch"] });
        var plan = PlanOf(Job("gpt-image-1"), table);
        Assert.Equal("azure/img-std", plan.Names());
        Assert.All(plan.Skipped, skip => Assert.Equal(SkipReason.Region, skip.Kind));
        Assert.Contains("us", plan.Skipped[1].Reason, StringComparison.Ordinal);
        Assert.Equal(2, plan.Skipped.Count);
    }

    [Fact]
    public void Every_skipped_target_has_its_reason()
    {
        var plan = PlanOf(
            Job("final", new ImageParameters { Quality = "hd", InputFidelity = "high" }, Operation.Edit),
            TableOf(Route("all", "openai/gpt-image-1", "openai/gpt-image-1-mini", "dalle/dall-e-3", "azure/img-std", "dalle/dall-e-2")),
            Anyone with { Models = ["gpt-*", "dall-e-3"] },
            target => target.Name == "azure/img-std" ? new TargetLoad(TargetState.Drained, default, 0) : default);
        Assert.Equal("openai/gpt-image-1", plan.Names());
        Assert.Equal(
            [("openai/gpt-image-1-mini", SkipReason.Unfit, "input_fidelity"), ("dalle/dall-e-3", SkipReason.Unfit, "model"), ("azure/img-std", SkipReason.Drained, null), ("dalle/dall-e-2", SkipReason.NotAllowed, "model")],
            plan.Skipped.Select(skip => (skip.Target.Name, skip.Kind, skip.Param)));
    }

    [Fact]
    public void Drained_target_that_could_do_the_job_is_a_503()
    {
        // The other one cannot do it, which the client need not know: it may come again.
        var table = TableOf(Route("all", "openai/gpt-image-1", "openai/gpt-image-1-mini"));
        var job = Job("final", new ImageParameters { InputFidelity = "high" }, Operation.Edit);
        var plan = PlanOf(job, table, load: target => target.Name == "openai/gpt-image-1" ? new TargetLoad(TargetState.Drained, default, 0) : default);
        Assert.Equal("openai/gpt-image-1", plan.Names()); // for its stored responses
        var error = Requests.Failure(plan.RequireTarget);
        Assert.Equal(ErrorKind.NoTargetAvailable, error.Kind);
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    public void Drained_target_that_could_not_do_the_job_anyway_is_a_400()
    {
        var job = Job("openai/gpt-image-1-mini", new ImageParameters { InputFidelity = "high" }, Operation.Edit);
        Assert.Equal((ErrorKind.InvalidValue, "input_fidelity"), Refused(job, load: _ => new TargetLoad(TargetState.Drained, default, 0)) is var error ? (error.Kind, error.Param) : default);
    }

    // Five pictures are five calls of dall-e-3, and one of gpt-image-1.
    [Theory]
    [InlineData("dall-e-3", 5, 2, null, 2)]
    [InlineData("dall-e-3", 5, null, 3, 3)]
    [InlineData("dall-e-3", 5, 4, 3, 3)]
    [InlineData("dall-e-3", 5, 5, 5, null)]
    [InlineData("gpt-image-1", 5, 1, null, null)]
    [InlineData("gpt-image-1", 5, null, 4, 4)]
    public void Target_that_takes_less_than_the_job_in_a_minute_is_skipped(string model, int n, int? requests, int? images, int? most)
    {
        var small = Of("small/it", model) with { RequestsPerMinute = requests, ImagesPerMinute = images };
        var (job, large) = (Job(model, new ImageParameters { N = n }), Of("large/it", model));
        var plan = PlanOf(job, TableOf([small, large]));
        Assert.Equal(most is null ? "small/it large/it" : "large/it", plan.Names());
        Assert.All(plan.Skipped, skip => Assert.Equal((SkipReason.Unfit, "n"), (skip.Kind, skip.Param)));
        if (most is null)
            return;
        var error = Refused(job, TableOf([small]));
        Assert.Equal((ErrorKind.InvalidValue, "n"), (error.Kind, error.Param));
        Assert.Contains($"'5'. Allowed: 1 to {most},", error.Message, StringComparison.Ordinal);
        Assert.Equal("small/it", PlanOf(job, TableOf([small], RouteTo("all") with { MaxN = most })).Names());
    }

    // The route's own wish counts as the client's.
    [Fact]
    public void Format_that_only_one_provider_knows_goes_there()
    {
        var route = Route("all", "azure/img-std", "openai/gpt-image-1");
        foreach (var plan in (Plan[])[PlanOf(Job("gpt-image-1", new ImageParameters { OutputFormat = "webp" }), TableOf(route)), PlanOf(Job("gpt-image-1"), TableOf(route with { Defaults = [new("output_format", "webp")] }))])
        {
            Assert.Equal("openai/gpt-image-1", plan.Names());
            Assert.Equal(("azure/img-std", SkipReason.Unfit, "output_format"), Assert.Single(plan.Skipped) is var skip ? (skip.Target.Name, skip.Kind, skip.Param) : default);
        }
        var error = Refused(Job("azure/img-std", new ImageParameters { OutputFormat = "webp" }));
        Assert.Equal((ErrorKind.InvalidValue, "output_format"), (error.Kind, error.Param));
        Assert.Contains("png, jpeg", error.Message, StringComparison.Ordinal);
    }

    // A mask, transparency, fidelity and a format change the meaning: no translation.
    [Theory]
    [InlineData("mask")]
    [InlineData("background")]
    [InlineData("input_fidelity")]
    [InlineData("output_format")]
    [InlineData("size")]
    public void What_changes_the_meaning_is_refused(string param)
    {
        var job = param switch
        {
            "mask" => Job("openai/maskless", operation: Operation.Edit) with { Mask = Requests.Image("m.png", "M") },
            "background" => Job("dall-e-3", new ImageParameters { Background = "transparent" }),
            "output_format" => Job("dall-e-3", new ImageParameters { OutputFormat = "webp" }),
            "size" => Job("dall-e-3", new ImageParameters { Size = "512x512" }),
            _ => Job("gpt-image-1-mini", new ImageParameters { InputFidelity = "high" }, Operation.Edit),
        };
        var maskless = Of("openai/maskless", "gpt-image-1") with { Model = Named("openai/gpt-image-1").Model with { Name = "maskless", Mask = false } };
        var error = Refused(job, TableOf([.. Targets, maskless]));
        Assert.Equal((ErrorKind.InvalidValue, param), (error.Kind, error.Param));
    }
}
