using ImageGateway.Images;
using ImageGateway.Routing;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

/// <summary>Which aliases a caller is told of: those that some route could take.</summary>
public sealed class AliasTests
{
    private static readonly Dictionary<string, RoutePolicy> Known = new()
    {
        ["drafts"] = Of(new() { Tier = Tier.Draft }),
        ["drafts of another tenant"] = Of(new() { Tier = Tier.Draft, Tenant = "other" }),
        ["some drafts"] = Of(new() { Tier = Tier.Draft, Tenant = "ac*", Quality = "low" }),
        ["models"] = Of(new() { Model = "*" }),
        ["all"] = Of(new()),
        ["by model"] = Route("by-model"),
        ["edits by model"] = Route("edits") with { When = new() { Operation = Operation.Edit } },
    };

    [Theory]
    [InlineData("", "")]
    [InlineData("by model", "")]
    [InlineData("models", "")]
    [InlineData("all", "auto draft final")]
    [InlineData("drafts, by model", "auto draft")]
    [InlineData("drafts, all", "auto draft final")]
    [InlineData("by model, drafts", "auto draft")]
    [InlineData("edits by model, drafts", "auto draft")]
    [InlineData("drafts of another tenant", "")]
    [InlineData("some drafts", "auto draft")]
    public void Alias_is_listed_where_a_route_could_take_it(string routes, string aliases)
    {
        var table = TableOf([.. routes.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(name => Known[name])]);
        Assert.Equal(aliases, string.Join(' ', table.AliasesOf(Anyone)));
    }

    private static RoutePolicy Of(RouteCondition when) => Route("route", "openai/gpt-image-1") with { When = when };
}
