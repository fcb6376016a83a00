using System.Text.Json;
using ImageGateway.Tests.Hosting;

namespace ImageGateway.Tests.Routing;

/// <summary>A route that no job reaches is a mistake, and no other is.</summary>
public sealed class ShadowedRouteTests
{
    private const string Targets = "\"Targets\":[\"a/gpt-image-1\"]";

    [Theory]
    [InlineData("{}", "{}", true)]
    [InlineData($"{{{Targets}}}", $"{{{Targets}}}", true)]
    [InlineData($"{{{Targets}}}", $$"""{"When":{"Tier":"final"},{{Targets}}}""", true)]
    [InlineData("""{"When":{"Tenant":"bank-*"},"Regions":["eu"]}""", """{"When":{"Tenant":"bank-a"}}""", true)]
    // Every job has a tenant and a project.
    [InlineData($$"""{"When":{"Tenant":"*"},{{Targets}}}""", "{}", true)]
    // Jobs for a tier go to the targets of a later route when the first has none.
    [InlineData("{}", $$"""{"When":{"Tier":"final"},{{Targets}}}""", false)]
    [InlineData("{}", $"{{{Targets}}}", false)]
    [InlineData("""{"When":{"Tenant":"bank-*"}}""", $$"""{"When":{"Tenant":"bank-a"},{{Targets}}}""", false)]
    // A job for a tier names no model.
    [InlineData("{}", $$"""{"When":{"Model":"gpt-image-1"},{{Targets}}}""", true)]
    // Not every one names a model or a quality, or has a tag.
    [InlineData($$"""{"When":{"Model":"*"},{{Targets}}}""", $"{{{Targets}}}", false)]
    [InlineData($$"""{"When":{"Tags":{"use":"*"} },{{Targets}}}""", $"{{{Targets}}}", false)]
    [InlineData($$"""{"When":{"Tags":{"use":"*"} },{{Targets}}}""", $$"""{"When":{"Tags":{"use":"a*"} },{{Targets}}}""", true)]
    public void Route_is_shadowed_by_an_earlier_one_for_all_of_its_jobs(string earlier, string later, bool isShadowed)
    {
        var mistakes = Mistakes(earlier, later);
        Assert.Equal(isShadowed ? ["Gateway:Routes:1:When: it is never reached: the earlier route 'r0' matches all of its jobs"] : [], mistakes);
    }

    [Theory]
    [InlineData("*", "t1", true)]
    [InlineData("*", "t*", true)]
    [InlineData("**", null, true)]
    [InlineData("t*", "t1*", true)]
    [InlineData("t*", "T1*x", true)]
    [InlineData("*a*", "b*a", true)]
    [InlineData("t*", "t?", true)]
    [InlineData("t?", "t?", true)]
    [InlineData("t?", "t*", false)]
    [InlineData("?*", "*", false)]
    [InlineData("t1*", "t*", false)]
    [InlineData("t*", "*", false)]
    [InlineData("t*", null, false)]
    [InlineData("*a", "a*", false)]
    [InlineData("\\*a", "*a", false)]
    public void Glob_of_a_tenant_or_project_covers_another(string earlier, string? later, bool isShadowed)
    {
        foreach (var name in (string[])["Tenant", "Project"])
            Assert.Equal(isShadowed, Mistakes(When(name, earlier), When(name, later)).Count == 1);

        static string When(string name, string? glob) => $$"""{"When":{{JsonSerializer.Serialize(new Dictionary<string, string?> { [name] = glob })}},{{Targets}}}""";
    }

    [Theory]
    [InlineData("{\"Tier\":\"darft\"}", "When:Tier")]
    [InlineData("{\"Tiers\":\"draft\"}", "When:Tiers")]
    [InlineData("{\"Operation\":\"paint\"}", "When:Operation")]
    [InlineData("{\"Tags\":{\"use\":\"\"}}", "When:Tags:use")]
    [InlineData("\"draft\"", "When")]
    public void Condition_with_a_mistake_shadows_nothing(string when, string path)
    {
        var mistake = Assert.Single(Mistakes($$"""{"When":{{when}},{{Targets}}}""", $"{{{Targets}}}"));
        Assert.StartsWith($"Gateway:Routes:0:{path}: ", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void Route_behind_one_with_a_mistake_is_still_shadowed_by_another() => Assert.Equal(
        ["Gateway:Routes:0:When:Tier", "Gateway:Routes:2:When"],
        Mistakes($$"""{"When":{"Tier":"darft"},{{Targets}}}""", $"{{{Targets}}}", $"{{{Targets}}}").Select(mistake => mistake.Split(": ")[0]));

    private static IReadOnlyList<string> Mistakes(params string[] routes)
    {
        var named = routes.Select((route, i) => route.Insert(1, $"\"Name\":\"r{i}\"{(route == "{}" ? "" : ",")}"));
        return Configurations.Check($$"""{"Gateway":{"Providers":{"a":P },"Routes":[{{string.Join(',', named)}}]} }""").Mistakes;
    }
}
