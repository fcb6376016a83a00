using ImageGateway.Configuration;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Providers.OpenAiCompatible;
using ImageGateway.Routing;
using ImageGateway.Tests.Routing;

namespace ImageGateway.Tests.Providers.OpenAiCompatible;

/// <summary>What a profile alone leaves out of a job is told to the client like every other adjustment.</summary>
public sealed class UnsaidTests
{
    private static readonly ProfileOptions Narrow = new() { SizeAs = "aspect-ratio", Ratios = new() { ["1024x1024"] = "1:1", ["1024x1536"] = "2:3" }, Base64Format = "", Takes = ["n"] };

    public static TheoryData<string, string, string, string> Told => new()
    {
        { "gpt-image-1", "user", "u1", "user=u1->" },
        { "gpt-image-1", "moderation", "low", "moderation=low->" },
        { "gpt-image-1", "output_compression", "50", "output_compression=50->" },
        { "gpt-image-1", "background", "opaque", "background=opaque->" },
        { "gpt-image-1", "background", "transparent", "" },
        { "gpt-image-1", "output_format", "png", "output_format=png->" },
        { "gpt-image-1", "output_format", "webp", "" },
        { "gpt-image-1", "quality", "auto", "quality=auto->" },
        { "gpt-image-1", "quality", "low", "" },
        { "gpt-image-1", "size", "auto", "size=auto->" },
        { "gpt-image-1", "size", "1024x1024", "" },
        { "gpt-image-1", "size", "1536x1024", "size=1536x1024->1024x1024" },
        { "dall-e-3", "style", "vivid", "style=vivid->" },
        { "dall-e-3", "quality", "low", "quality=low->" },
        { "dall-e-3", "size", "1536x1024", "size=1536x1024->1024x1024" },
    };

    [Theory]
    [MemberData(nameof(Told))]
    public void What_was_asked_for_and_is_not_sent_is_told_once(string model, string name, string value, string adjusted) =>
        Assert.Equal(adjusted, Adjusted(model, DefaultParameters.With(new ImageParameters(), name, value), Narrow));

    [Theory]
    [InlineData("b64_json", "", "response_format=b64_json->")]
    [InlineData("b64_json", "base64", "")]
    [InlineData("url", "", "")]
    [InlineData(null, "", "")]
    public void Form_of_the_answer_is_told_when_it_was_asked_for(string? asked, string word, string adjusted) =>
        Assert.Equal(adjusted, Adjusted("dall-e-3", new ImageParameters { ResponseFormat = asked }, new() { Base64Format = word }));

    // The planner fills in a quality, and this route a moderation.
    [Theory]
    [InlineData("gpt-image-1")]
    [InlineData("dall-e-3")]
    public void What_nobody_asked_for_is_not_told(string model) =>
        Assert.Equal("", Adjusted(model, new ImageParameters(), Narrow, new KeyValuePair<string, string>("moderation", "low")));

    [Fact]
    public void Provider_without_a_profile_says_everything() =>
        Assert.Equal("", Adjusted("gpt-image-1", new ImageParameters { User = "u1", Size = "auto", Quality = "auto", Background = "auto", OutputFormat = "png", InputFidelity = "low" }, null));

    private static string Adjusted(string model, ImageParameters asked, ProfileOptions? profile, params KeyValuePair<string, string>[] defaults)
    {
        var options = new ProviderOptions { Kind = "OpenAICompatible", Simulated = true, BaseUrl = "http://a/v1", Profile = profile };
        var settings = new ProviderSettings("p", options, new Mistakes("p"), new Secrets("", new Dictionary<string, string>()), TimeProvider.System);
        using var provider = ProviderKind.All[options.Kind].Create(settings)!;
        var target = Plans.Of($"p/{model}", model) with { Provider = provider };
        return Plans.PlanOf(Plans.Job(model, asked), Plans.TableOf([target], Plans.RouteTo("all", target) with { Defaults = defaults })).Adjusted();
    }
}
