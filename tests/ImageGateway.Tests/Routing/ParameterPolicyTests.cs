using ImageGateway.Images;
using ImageGateway.Routing;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>What a route makes of a job's parameters: defaults, ceilings, and the words of each target's dialect.</summary>
public sealed class ParameterPolicyTests
{
    [Theory]
    [InlineData("openai/gpt-image-1", "low", "low", "")]
    [InlineData("openai/gpt-image-1", "medium", "medium", "")]
    [InlineData("openai/gpt-image-1", "standard", "medium", "quality=standard->medium")]
    [InlineData("openai/gpt-image-1", "hd", "high", "quality=hd->high")]
    [InlineData("dalle/dall-e-3", "low", "standard", "quality=low->standard")]
    [InlineData("dalle/dall-e-3", "medium", "standard", "quality=medium->standard")]
    [InlineData("dalle/dall-e-3", "high", "hd", "quality=high->hd")]
    [InlineData("dalle/dall-e-3", "hd", "hd", "")]
    [InlineData("dalle/dall-e-2", "medium", "standard", "quality=medium->standard")]
    public void Quality_has_its_word(string target, string asked, string sent, string adjusted)
    {
        var plan = PlanOf(Job(target, new ImageParameters { Quality = asked }));
        Assert.Equal((sent, adjusted), (plan.First().Dialect.Sent.Quality, plan.Adjusted()));
    }

    [Theory]
    [InlineData("openai/gpt-image-1", "1792x1024", "1536x1024")]
    [InlineData("openai/gpt-image-1", "1024x1792", "1024x1536")]
    [InlineData("dalle/dall-e-3", "1536x1024", "1792x1024")]
    [InlineData("dalle/dall-e-3", "1024x1536", "1024x1792")]
    [InlineData("openai/gpt-image-2", "1792x1024", "1792x1024")]
    [InlineData("dalle/dall-e-3", "1024x1024", "1024x1024")]
    public void Size_has_its_pair(string target, string asked, string sent)
    {
        var plan = PlanOf(Job(target, new ImageParameters { Quality = "high", Size = asked }));
        Assert.Equal(sent, plan.First().Dialect.Sent.Size);
        Assert.Equal(asked != sent, plan.Adjusted().Contains($"size={asked}->{sent}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("openai/gpt-image-1", "style", "vivid", true)]
    [InlineData("dalle/dall-e-3", "style", "vivid", false)]
    [InlineData("dalle/dall-e-3", "moderation", "low", true)]
    [InlineData("dalle/dall-e-3", "user", "u1", true)]
    [InlineData("dalle/dall-e-3", "output_compression", "50", true)]
    [InlineData("dalle/dall-e-3", "background", "auto", true)]
    [InlineData("dalle/dall-e-3", "background", "opaque", true)]
    [InlineData("openai/gpt-image-1", "moderation", "low", false)]
    [InlineData("openai/gpt-image-1", "user", "u1", false)]
    [InlineData("openai/gpt-image-1", "background", "opaque", false)]
    public void Parameter_without_meaning_is_dropped_and_told(string target, string name, string value, bool dropped)
    {
        var plan = PlanOf(Job(target, DefaultParameters.With(new ImageParameters(), name, value)));
        Assert.Equal(dropped ? $"{name}={value}->" : "", plan.Adjusted());
        Assert.Equal(dropped, plan.First().Dialect.Edits.Contains(new ParameterChange(name, null, IsText: name != "output_compression")));
        Assert.Equal(dropped ? null : value, plan.First().Dialect.Sent.Value(name));
    }

    [Theory]
    [InlineData("quality", "low", null, "low", "quality=->low")]
    [InlineData("quality", "low", "high", "high", "")]
    [InlineData("size", "1536x1024", null, "1536x1024", "size=->1536x1024")]
    [InlineData("moderation", "low", null, "low", "moderation=->low")]
    public void Default_fills_in_what_the_request_lacks(string name, string value, string? asked, string sent, string adjusted)
    {
        var route = Route("all", "openai/gpt-image-1") with { Defaults = [new(name, value)] };
        var plan = PlanOf(Job("gpt-image-1", asked is null ? null : DefaultParameters.With(new ImageParameters(), name, asked)), TableOf(route));
        Assert.Equal((sent, adjusted), (plan.First().Dialect.Sent.Value(name), plan.Adjusted()));
    }

    [Fact]
    public void Default_is_translated_too()
    {
        var route = Route("all", "dalle/dall-e-3") with { Defaults = [new("quality", "low"), new("size", "1536x1024")] };
        Assert.Equal("quality=->standard,size=->1792x1024", PlanOf(Job("final"), TableOf(route)).Adjusted());
    }

    // It never was in the request: there is nothing to tell.
    [Fact]
    public void Default_that_the_target_does_not_take_is_not_told()
    {
        var route = Route("all", "openai/gpt-image-1") with { Defaults = [new("style", "vivid")] };
        var plan = PlanOf(Job("final"), TableOf(route));
        Assert.Equal("", plan.Adjusted());
        Assert.Null(plan.First().Dialect.Sent.Style);
    }

    // What the client asked for is right without the default, and stays so.
    [Theory]
    [InlineData("output_compression=50", null, null, "")]
    [InlineData("output_compression=50", "png", null, "")]
    [InlineData("output_compression=50", "webp", null, "output_compression=->50")]
    [InlineData("output_format=jpeg output_compression=50", null, null, "output_format=->jpeg,output_compression=->50")]
    [InlineData("output_format=jpeg output_compression=50", "png", null, "")]
    [InlineData("output_format=jpeg output_compression=50", null, "transparent", "")]
    [InlineData("background=transparent", "jpeg", null, "")]
    [InlineData("background=transparent", "webp", null, "background=->transparent")]
    [InlineData("output_format=jpeg background=transparent", null, null, "output_format=->jpeg")]
    [InlineData("output_format=webp background=transparent", null, "opaque", "output_format=->webp")]
    public void Default_that_does_not_go_with_the_format_is_left_out(string defaults, string? format, string? background, string adjusted)
    {
        var route = Route("all", "openai/gpt-image-1") with { Defaults = [.. defaults.Split(' ').Select(entry => KeyValuePair.Create(entry.Split('=')[0], entry.Split('=')[1]))] };
        Assert.Equal(adjusted, PlanOf(Job("gpt-image-1", new ImageParameters { OutputFormat = format, Background = background }), TableOf(route)).Adjusted());
    }

    // While there is a target that can do it, the default counts as asked for (see SkippingTests).
    [Theory]
    [InlineData("output_format", "webp", "azure/img-std")]
    [InlineData("output_format", "jpeg", "dalle/dall-e-3")]
    [InlineData("background", "transparent", "dalle/dall-e-3")]
    [InlineData("size", "512x512", "openai/gpt-image-1")]
    public void Default_that_no_target_can_do_is_left_out_and_others_stay(string name, string value, string target)
    {
        var plan = PlanOf(Job("final"), TableOf(Route("all", target) with { Defaults = [new("quality", "low"), new(name, value)] }));
        Assert.Equal((target, null), (plan.Names(), plan.First().Dialect.Sent.Value(name)));
        Assert.StartsWith("quality=->", plan.Adjusted(), StringComparison.Ordinal);
        Assert.Empty(plan.Skipped);
    }

    // null is absent here, and a model that lacks the parameter would refuse its name.
    [Theory]
    [InlineData("gpt-image-1", "style", true)]
    [InlineData("gpt-image-1", "background", false)]
    [InlineData("gpt-image-1", "user", false)]
    [InlineData("dall-e-3", "style", false)]
    [InlineData("dall-e-3", "background", true)]
    [InlineData("dall-e-3", "output_format", true)]
    [InlineData("dall-e-3", "output_compression", true)]
    [InlineData("dall-e-3", "moderation", true)]
    [InlineData("dall-e-3", "input_fidelity", true)]
    [InlineData("dall-e-3", "user", true)]
    [InlineData("dall-e-3", "seed", false)]
    public void Null_for_a_parameter_that_the_model_lacks_is_removed_and_not_told(string model, string name, bool isRemoved)
    {
        var silent = PlanOf(Job(model) with { Body = Requests.Json("{}") });
        using var job = Job(model) with { Body = Requests.Json($$"""{"n":null,"{{name}}": null}""") };
        var plan = PlanOf(job);
        Assert.Equal("", plan.Adjusted());
        Assert.Equal(isRemoved ? [name] : [], plan.First().Dialect.Edits.Except(silent.First().Dialect.Edits).Select(edit => edit.Value ?? edit.Name));
    }

    [Fact]
    public void Variation_gets_no_default_that_it_does_not_know()
    {
        var route = Route("all", "dalle/dall-e-2") with { Defaults = [new("quality", "low"), new("background", "auto"), new("size", "512x512")] };
        var plan = PlanOf(Job("dall-e-2", new ImageParameters { ResponseFormat = "url" }, Operation.Variation), TableOf(route));
        Assert.Null(plan.First().Dialect.Sent.Quality);
        Assert.Equal("size=->512x512", plan.Adjusted());
    }

    [Theory]
    [InlineData("openai/gpt-image-1", "medium", "high", "medium", "quality=high->medium")]
    [InlineData("openai/gpt-image-1", "medium", "low", "low", "")]
    [InlineData("openai/gpt-image-1", "medium", "medium", "medium", "")]
    [InlineData("openai/gpt-image-1", "medium", "auto", "medium", "quality=auto->medium")]
    [InlineData("openai/gpt-image-1", "standard", "high", "medium", "quality=high->medium")]
    [InlineData("openai/gpt-image-1", "medium", "hd", "medium", "quality=hd->medium")]
    [InlineData("dalle/dall-e-3", "medium", "hd", "standard", "quality=hd->standard")]
    [InlineData("dalle/dall-e-3", "low", "high", "standard", "quality=high->standard")]
    [InlineData("dalle/dall-e-3", "high", "hd", "hd", "")]
    public void Ceiling_lowers_the_quality(string target, string most, string asked, string sent, string adjusted)
    {
        var route = Route("all", target) with { MaxQuality = most };
        var plan = PlanOf(Job("final", new ImageParameters { Quality = asked }), TableOf(route));
        Assert.Equal((sent, adjusted), (plan.First().Dialect.Sent.Quality, plan.Adjusted()));
    }

    // gpt-image-1 draws in high when nothing is asked.
    [Fact]
    public void Ceiling_holds_for_the_default_quality() =>
        Assert.Equal("medium", PlanOf(Job("final"), TableOf(Route("all", "openai/gpt-image-1") with { MaxQuality = "medium" })).First().Dialect.Sent.Quality);

    [Theory]
    [InlineData("medium", "high", "quality")]
    [InlineData("medium", "hd", "quality")]
    [InlineData("medium", "auto", "quality")]
    [InlineData("standard", "high", "quality")]
    [InlineData("medium", "medium", null)]
    [InlineData("medium", "low", null)]
    [InlineData("medium", null, null)]
    public void Ceiling_refuses_the_quality(string most, string? asked, string? param)
    {
        var table = TableOf(Route("all", "openai/gpt-image-1") with { MaxQuality = most, OnCeiling = CeilingAction.Refuse });
        var job = Job("final", new ImageParameters { Quality = asked });
        if (param is null)
            Assert.Equal(asked ?? "medium", PlanOf(job, table).First().Dialect.Sent.Quality);
        else
            Assert.Equal((ErrorKind.InvalidValue, param), Refused(job, table) is var error ? (error.Kind, error.Param) : default);
    }

    [Fact]
    public void Ceiling_of_pictures_lowers_or_refuses()
    {
        var route = Route("all", "openai/gpt-image-1") with { MaxN = 2 };
        var plan = PlanOf(Job("final", new ImageParameters { N = 5 }), TableOf(route));
        Assert.Equal((2, "n=5->2"), (plan.First().Dialect.Sent.Count, plan.Adjusted()));
        Assert.Contains(new ParameterChange("n", "2", IsText: false), plan.First().Dialect.Edits);
        var refuse = TableOf(route with { OnCeiling = CeilingAction.Refuse });
        Assert.Equal((ErrorKind.InvalidValue, "n"), Refused(Job("final", new ImageParameters { N = 3 }), refuse) is var error ? (error.Kind, error.Param) : default);
        Assert.Equal(2, PlanOf(Job("final", new ImageParameters { N = 2 }), refuse).First().Dialect.Sent.Count);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(10, 10)]
    public void More_pictures_than_a_call_gives_are_fanned_out(int n, int calls)
    {
        Assert.Equal(calls, PlanOf(Job("dall-e-3", new ImageParameters { N = n })).First().Calls);
        Assert.Equal(1, PlanOf(Job("gpt-image-1", new ImageParameters { N = n })).First().Calls);
    }

    [Fact]
    public void Stream_of_several_pictures_is_not_fanned_out() =>
        Assert.Equal((ErrorKind.InvalidValue, "n"), Refused(Job("dall-e-3", new ImageParameters { N = 3, Stream = true })) is var error ? (error.Kind, error.Param) : default);

    [Fact]
    public void Address_of_a_picture_is_asked_for_where_there_is_one_and_made_here_where_there_is_none()
    {
        var plan = PlanOf(Job("final", new ImageParameters { ResponseFormat = "url" }));
        Assert.Equal(["url", null], plan.Targets.Select(planned => planned.Dialect.Sent.ResponseFormat).Distinct().OrderByDescending(format => format));
        Assert.All(plan.Targets, planned => Assert.DoesNotContain(planned.Dialect.Adjustments, adjustment => adjustment.Name == "response_format"));
        Assert.Equal("response_format", Refused(Job("gpt-image-1", new ImageParameters { ResponseFormat = "url", Stream = true })).Param);
    }
}
