using ImageGateway.Api;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Routing;
using Microsoft.AspNetCore.Http;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Api;

/// <summary>What limits of the quality leave of a plan. The route has a target of each family; the one draws in high when the other draws in hd.</summary>
public sealed class QualityLimitsTests
{
    private const string Both = "openai/gpt-image-1 dalle/dall-e-3";

    private static readonly RoutingTable Table = TableOf(Route("finals", "openai/gpt-image-1", "dalle/dall-e-3"));

    private readonly HeaderDictionary _headers = [];

    [Theory]
    [InlineData("high", "high hd", Both, null)]
    [InlineData("high", "high low", null, null)]
    [InlineData("high", "low high", null, null)]
    [InlineData("medium", "medium high", Both, null)]
    [InlineData("medium", "high low", "dalle/dall-e-3", null)]
    [InlineData("high", "high ~medium", Both, "max_quality")]
    [InlineData("high", "~low ~medium", Both, "max_quality")]
    [InlineData("medium", "~medium", Both, null)]
    [InlineData("medium", "~low", Both, "max_quality")]
    [InlineData("medium", "low ~low", "dalle/dall-e-3", null)]
    public void Strictest_limit_holds_and_one_that_warns_is_told(string asked, string limits, string? left, string? warning)
    {
        var scopes = limits.Split(' ').Select(limit => new ScopeLimits("tenant:acme", [], [new QualityLimit(limit.TrimStart('~'), limit[0] == '~')])).ToList();
        var plan = PlanOf(Job("final", new ImageParameters { Quality = asked }), Table);
        if (left is null)
            Assert.Equal((ErrorKind.QualityNotAllowed, 2), Assert.Throws<NoTargetException>(() => QualityLimits.Apply(plan, scopes, _headers)) is var refused ? (refused.Error.Kind, refused.Skipped.Count) : default);
        else
            Assert.Equal((left, Both), QualityLimits.Apply(plan, scopes, _headers) is var kept ? (kept.Names(), string.Join(' ', kept.Skipped.Select(skip => skip.Target.Name).Concat(kept.Targets.Select(planned => planned.Target.Name)))) : default);
        Assert.Equal(warning, (string?)_headers["x-gateway-warning"]);
    }
}
