using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Tests.Catalog;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

public sealed class PlannerTests
{
    [Theory]
    [InlineData("draft", "openai/gpt-image-1-mini", "Draft")]
    [InlineData("final", "openai/gpt-image-1", "Final")]
    [InlineData("auto", "openai/gpt-image-1", "Final")]
    [InlineData(null, "openai/gpt-image-1", "Final")]
    [InlineData("gpt-image-2", "openai/gpt-image-2", null)]
    [InlineData("gpt-image-1", "openai/gpt-image-1", null)]
    [InlineData("img-std", "azure/img-std", null)]
    [InlineData("azure/img-mini", "azure/img-mini", null)]
    [InlineData("azure/gpt-image-1", "azure/gpt-image-1", null)]
    [InlineData("dall-e-3", "dalle/dall-e-3", null)]
    public void Name_leads_to_its_target(string? model, string target, string? tier)
    {
        var plan = PlanOf(Job(model));
        Assert.Equal((target, tier), (plan.First().Target.Name, plan.Tier?.ToString()));
        Assert.Empty(plan.First().Dialect.Adjustments);
    }

    // Azure's path: deployment, then model, then alias; a deployment means itself, whatever a route says.
    [Theory]
    [InlineData("img-std", "azure/img-std")]
    [InlineData("gpt-image-1", "azure/gpt-image-1")]
    [InlineData("dall-e-3", "azure/dall-e-3")]
    [InlineData("draft", "azure/draft")]
    [InlineData("final", "openai/gpt-image-1")]
    [InlineData("gpt-image-2", "openai/gpt-image-2")]
    public void Deployment_of_the_path_comes_first(string deployment, string target) =>
        Assert.Equal(target, PlanOf(Job(deployment) with { IsDeploymentPath = true }).First().Target.Name);

    [Fact]
    public void Deployments_of_one_name_are_all_asked_for_whatever_their_models_are()
    {
        var plan = PlanOf(Job("img"), TableOf([Of("azure/img", "gpt-image-1"), Of("azure2/img", "gpt-image-1.5")], Route("by-model")));
        Assert.Equal("azure/img azure2/img", plan.Names());
        Assert.All(plan.Targets, planned => Assert.Empty(planned.Dialect.Adjustments));
    }

    [Fact]
    public void Deployment_of_the_path_is_not_routed_away()
    {
        var table = TableOf(Route("all", "openai/gpt-image-1"));
        Assert.Equal("azure/gpt-image-1", PlanOf(Job("gpt-image-1") with { IsDeploymentPath = true }, table).First().Target.Name);
        Assert.Equal("openai/gpt-image-1", PlanOf(Job("gpt-image-1"), table).First().Target.Name);
        Assert.Equal("azure/img-std", PlanOf(Job("img-std"), table).First().Target.Name);
    }

    [Theory]
    [InlineData("low", null, "Final", "Draft")]
    [InlineData("high", null, "Draft", "Final")]
    [InlineData("hd", null, "Draft", "Final")]
    [InlineData("medium", null, "Draft", "Draft")]
    [InlineData("medium", null, "Final", "Final")]
    [InlineData(null, "high", "Draft", "Final")]
    [InlineData(null, "low", "Draft", "Draft")]
    [InlineData(null, null, "Draft", "Draft")]
    [InlineData(null, null, "Final", "Final")]
    public void Auto_reads_the_tier_from_the_request(string? quality, string? fidelity, string defaultTier, string tier)
    {
        // hd is a word of no target here; the tier alone is asked for.
        var table = TableOf(Route("drafts", "openai/gpt-image-1") with { When = new() { Tier = Tier.Draft } }, Route("finals", "openai/gpt-image-1", "dalle/dall-e-3") with { When = new() { Tier = Tier.Final } });
        var job = Job("auto", new ImageParameters { Quality = quality, InputFidelity = fidelity });
        Assert.Equal(Enum.Parse<Tier>(tier), PlanOf(job, table, Anyone with { DefaultTier = Enum.Parse<Tier>(defaultTier) }).Tier);
    }

    [Theory]
    [InlineData("gpt-image-2", "model=gpt-image-2->draft")]
    [InlineData("final", "model=final->draft")]
    [InlineData("nobody knows", "model=nobody%20knows->draft")]
    [InlineData("draft", "")]
    [InlineData(null, "")]
    public void Header_wins_over_the_model_which_is_reported(string? model, string adjusted)
    {
        var plan = PlanOf(Job(model) with { Tier = Tier.Draft });
        Assert.Equal("openai/gpt-image-1-mini", plan.First().Target.Name);
        Assert.Equal(adjusted, Adjustment.Header(plan.First().Dialect.Adjustments));
    }

    [Theory]
    [InlineData("gpt-9")]
    [InlineData("nobody/gpt-image-1")]
    [InlineData("openai/img-std")]
    [InlineData("GPT-IMAGE-1")]
    public void Name_that_nothing_goes_by_is_404(string model)
    {
        var error = Requests.Failure(() => PlanOf(Job(model)));
        Assert.Equal((ErrorKind.ModelNotFound, "model"), (error.Kind, error.Param));
    }

    [Fact]
    public void Tier_without_a_route_is_404() =>
        Assert.Equal(ErrorKind.ModelNotFound, Requests.Failure(() => PlanOf(Job("draft"), TableOf(Route("by-model")))).Kind);

    [Fact]
    public void Route_without_targets_says_how_and_the_next_with_some_says_where()
    {
        var table = TableOf(
            Route("eu") with { When = new() { Tenant = "ac*" }, Regions = ["sweden"], MaxAttempts = 2 },
            Route("drafts", "openai/gpt-image-1-mini") with { When = new() { Tier = Tier.Draft } },
            RouteTo("finals", Named("openai/gpt-image-1"), Named("azure/img-std") with { Region = "sweden" }) with { When = new() { Tier = Tier.Final } });
        var plan = PlanOf(Job("final"), table);
        Assert.Equal(("azure/img-std", "eu", 2), (plan.Names(), plan.Route.Name, plan.Route.MaxAttempts));
    }

    [Theory]
    [InlineData("gpt-image-1", "gpt-image-1-mini")]
    [InlineData("img-std", "gpt-image-1-mini")]
    [InlineData("azure/img-std", "gpt-image-1-mini")]
    [InlineData("final", "gpt-image-1-mini")]
    public void Model_that_the_tenant_may_not_use_is_403(string model, string allowed)
    {
        var error = Requests.Failure(() => PlanOf(Job(model), caller: Anyone with { Models = [allowed] }));
        Assert.Equal((ErrorKind.ModelNotAllowed, "model"), (error.Kind, error.Param));
    }

    [Fact]
    public void Target_that_the_tenant_may_not_use_is_skipped() =>
        Assert.Equal("dalle/dall-e-3", PlanOf(Job("final"), caller: Anyone with { Models = ["dall-e-*"] }).First().Target.Name);

    [Fact]
    public void Target_that_cannot_do_the_job_is_skipped_and_the_last_reason_told()
    {
        var stream = new ImageParameters { Stream = true };
        var plan = PlanOf(Job("final", stream));
        Assert.Equal("openai/gpt-image-1 azure/img-std", plan.Names());
        Assert.Equal(("dalle/dall-e-3", "stream"), Assert.Single(plan.Skipped) is var skipped ? (skipped.Target.Name, skipped.Param) : default);
        var error = Refused(Job("dall-e-3", stream));
        Assert.Equal((ErrorKind.InvalidValue, "stream"), (error.Kind, error.Param));
    }

    [Fact]
    public void Route_of_a_model_glob_takes_what_it_matches()
    {
        var table = TableOf(Route("first", "azure/img-std") with { When = new() { Model = "gpt-image-1" } }, Route("rest"));
        Assert.Equal(("azure/img-std", "first"), PlanOf(Job("gpt-image-1"), table) is var plan ? (plan.First().Target.Name, plan.Route.Name) : default);
        Assert.Equal("rest", PlanOf(Job("gpt-image-2"), table).Route.Name);
        Assert.Equal("first", PlanOf(Job("img-std"), table).Route.Name);
        Assert.Same(RoutePolicy.None, PlanOf(Job("gpt-image-2"), TableOf()).Route);
    }

    // What the client asks, and what is sent with it; "-" removes, also a member that is null.
    [Theory]
    [InlineData("gpt-image-1", null, null, null, "quality=high response_format-", "")]
    [InlineData("gpt-image-1-mini", null, null, null, "quality=medium response_format-", "")]
    [InlineData("gpt-image-1", "low", "auto", null, "response_format-", "")]
    [InlineData("gpt-image-1", "auto", null, null, "response_format-", "")]
    [InlineData("gpt-image-1", "low", null, "b64_json", "response_format-", "response_format=b64_json->")]
    [InlineData("dall-e-3", null, null, null, "quality=standard", "")]
    [InlineData("dall-e-3", "auto", "auto", null, "quality=standard size-", "quality=auto->standard,size=auto->")]
    [InlineData("dall-e-3", "hd", null, "b64_json", "", "")]
    [InlineData("dall-e-3", "hd", null, "url", "", "")]
    [InlineData("dalle/dall-e-3", "hd", null, null, "", "")]
    [InlineData("dall-e-2", "standard", null, null, "response_format=b64_json", "")]
    public void Parameters_are_sent_as_the_target_takes_them(string model, string? quality, string? size, string? format, string edits, string adjusted)
    {
        var plan = PlanOf(Job(model, new ImageParameters { Quality = quality, Size = size, ResponseFormat = format }));
        Assert.Equal(edits, Written(plan));
        Assert.Equal(adjusted, Adjustment.Header(plan.First().Dialect.Adjustments));
    }

    // Base64 is fetched from the address where the target's hosts are known, and nobody asks the model for it.
    [Theory]
    [InlineData("final", "", null, "response_format=url")]
    [InlineData("dall-e-3", "", null, "")]
    [InlineData("dall-e-3", "", "url", "")]
    [InlineData("dall-e-3", "", "b64_json", null)]
    [InlineData("final", "pictures.example", null, "response_format=url")]
    [InlineData("dall-e-3", "pictures.example", "b64_json", "response_format=url")]
    public void Model_with_addresses_only_is_never_asked_for_base64(string model, string host, string? format, string? edits)
    {
        var target = Named("dalle/dall-e-3") with { Model = ShippedCatalogue.Model("dall-e-3") with { ResponseFormats = ["url"] }, ImageHosts = host.Length == 0 ? [] : [host] };
        var (job, table) = (Job(model, new ImageParameters { Quality = "hd", ResponseFormat = format }), TableOf([target], RouteTo("all", target)));
        if (edits is null)
            Assert.Equal("response_format", Refused(job, table).Param);
        else
            Assert.Equal((edits, host.Length > 0, ""), PlanOf(job, table) is var plan ? (Written(plan), plan.First().IsTakenOver, plan.Adjusted()) : default);
    }

    [Fact]
    public void Dall_e_behind_an_alias_answers_base64()
    {
        var plan = PlanOf(Job("final", new ImageParameters { Quality = "hd" }), TableOf(Route("finals", "dalle/dall-e-3")));
        Assert.Equal(("dalle/dall-e-3", "response_format=b64_json"), (plan.First().Target.Name, Written(plan)));
    }

    // An address is what dall-e-3 means by silence, and nothing that the client of another model expects.
    [Theory]
    [InlineData("gpt-image-1", "response_format- response_format=b64_json")]
    [InlineData("dall-e-3", "response_format- ")]
    public void Dall_e_in_another_models_place_answers_base64(string asked, string edits)
    {
        var plan = PlanOf(Job(asked, new ImageParameters { Quality = "hd" }), TableOf(Route("all", "openai/gpt-image-1") with { Fallback = [Named("dalle/dall-e-3")] }));
        Assert.Equal("openai/gpt-image-1 dalle/dall-e-3", plan.Names());
        Assert.Equal(edits, string.Join(' ', plan.Targets.Select(planned => Written(planned, edit => edit.Name == "response_format"))));
    }

    [Theory]
    [InlineData("gpt-image-1", "low", "response_format-", "")]
    [InlineData("gpt-image-1", "high", "response_format-", "")]
    [InlineData("gpt-image-1-mini", "low", "input_fidelity- response_format-", "input_fidelity=low->")]
    [InlineData("gpt-image-2", "low", "input_fidelity- response_format-", "input_fidelity=low->")]
    public void Fidelity_is_dropped_where_there_is_none(string model, string fidelity, string edits, string adjusted)
    {
        var plan = PlanOf(Job(model, new ImageParameters { Quality = "low", InputFidelity = fidelity }, Operation.Edit));
        Assert.Equal((edits, adjusted), (Written(plan), Adjustment.Header(plan.First().Dialect.Adjustments)));
    }

    // Fitness lets them pass for a model without the parameter, which would refuse its name.
    [Fact]
    public void Parameters_that_say_nothing_are_dropped_where_there_is_none()
    {
        var plan = PlanOf(Job("dall-e-3", new ImageParameters { Quality = "hd", Background = "opaque", OutputFormat = "png", OutputCompression = 100 }));
        Assert.Equal("output_compression- background- output_format-", Written(plan));
        Assert.Equal("output_compression=100->,background=opaque->,output_format=png->", Adjustment.Header(plan.First().Dialect.Adjustments));
    }

    [Fact]
    public void Variation_is_sent_no_quality_which_it_does_not_know()
    {
        var plan = PlanOf(Job("dall-e-2", new ImageParameters { ResponseFormat = "url" }, Operation.Variation));
        Assert.Equal("", Written(plan));
    }

    [Fact]
    public void Model_that_a_route_replaces_is_reported()
    {
        var plan = PlanOf(Job("gpt-image-1"), TableOf(Route("cheap", "openai/gpt-image-1-mini")));
        Assert.Equal("model=gpt-image-1->gpt-image-1-mini", Adjustment.Header(plan.First().Dialect.Adjustments));
    }

    // A DALL·E model has no such parameters, whatever their value.
    [Fact]
    public void Stream_that_is_not_wanted_is_not_sent_to_a_model_without_streams() =>
        Assert.Equal(["stream", "partial_images"], PlanOf(Job("dall-e-3")).First().Dialect.Edits.Where(IsOfStreams).Select(edit => edit.Name));

    private static bool IsOfStreams(ParameterChange edit) => edit.Name is "stream" or "partial_images";

    private static string Written(Plan plan) => Written(plan.First(), edit => !IsOfStreams(edit));

    private static string Written(PlannedTarget planned, Func<ParameterChange, bool> which) =>
        string.Join(' ', planned.Dialect.Edits.Where(which).Select(edit => edit.Value is null ? $"{edit.Name}-" : $"{edit.Name}={edit.Value}"));
}
