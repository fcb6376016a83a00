using ImageGateway.Images;

namespace ImageGateway.Tests.Images;

public sealed class CallerTests
{
    [Theory]
    [InlineData("*", "gpt-image-1", true)]
    [InlineData("gpt-image-1", "gpt-image-1", true)]
    [InlineData("gpt-image-1", "gpt-image-1-mini", false)]
    [InlineData("gpt-image-1*", "gpt-image-1-mini", true)]
    [InlineData("gpt-*-mini", "gpt-image-1-mini", true)]
    [InlineData("gpt-image-?", "gpt-image-2", true)]
    [InlineData("gpt-image-?", "gpt-image-1.5", false)]
    [InlineData("*.5", "gpt-image-1.5", true)]
    [InlineData("*.*", "gpt-image-1", false)]
    [InlineData("dall-e-2,dall-e-3", "dall-e-3", true)]
    [InlineData("dall-e-2,gpt-*", "dall-e-3", false)]
    [InlineData("", "gpt-image-1", false)]
    public void Tenant_may_use_what_its_globs_match(string globs, string model, bool may) =>
        Assert.Equal(may, new Caller("t", "p", "k", globs.Split(','), Tier.Final).MayUse(model));
}
