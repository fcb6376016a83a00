using ImageGateway.Configuration;
using ImageGateway.Providers;
using ImageGateway.Providers.OpenAiCompatible;

namespace ImageGateway.Tests.Providers.OpenAiCompatible;

public sealed class ProfileOptionsTests
{
    [Fact]
    public void All_mistakes_come_at_once_with_full_key_paths()
    {
        var mistakes = Mistakes("OpenAICompatible", new ProfileOptions
        {
            SizeAs = "pixels",
            Ratios = new() { ["big"] = "1:1", ["1024x1024"] = "1/1", ["10x10"] = "1:1 1k 2k", ["20x20"] = "1:1 " },
            Takes = ["quality", "qualty", "prompt"],
            Paths = new() { Generations = "https://elsewhere.example/", Edits = "../admin" },
        });

        string[] expected = ["SizeAs:", "Ratios:", "Ratios:big:", "Ratios:1024x1024:", "Ratios:10x10:", "Ratios:20x20:", "Takes:1:", "Paths:Generations:", "Paths:Edits:"];
        Assert.Equal(expected.Length, mistakes.Count);
        Assert.All(expected, path => Assert.Contains(mistakes, mistake => mistake.StartsWith($"Gateway:Providers:p:Profile:{path} ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/absolute")]
    [InlineData("a?key=1")]
    [InlineData("a\\..\\b")]
    [InlineData("%2e%2e/a")]
    [InlineData("")]
    public void Path_that_leads_elsewhere_is_a_mistake(string path) =>
        Assert.StartsWith("Gateway:Providers:p:Profile:Paths:Edits: ", Assert.Single(Mistakes("OpenAICompatible", new() { Paths = new() { Edits = path } })), StringComparison.Ordinal);

    [Theory]
    [InlineData("OpenAI")]
    [InlineData("AzureOpenAI")]
    public void Other_kinds_have_no_profile(string kind) =>
        Assert.StartsWith("Gateway:Providers:p:Profile: ", Assert.Single(Mistakes(kind, new())), StringComparison.Ordinal);

    private static IReadOnlyList<string> Mistakes(string kind, ProfileOptions profile)
    {
        var mistakes = new Mistakes("Gateway:Providers:p");
        var isAzure = kind == "AzureOpenAI";
        var options = new ProviderOptions { Kind = kind, Simulated = true, Endpoint = isAzure ? "http://a" : null, BaseUrl = isAzure ? null : "http://a/v1", Profile = profile };
        ProviderKind.All[kind].Create(new ProviderSettings("p", options, mistakes, new Secrets("", new Dictionary<string, string>()), TimeProvider.System))?.Dispose();
        return mistakes.All;
    }
}
