namespace ImageGateway.Tests.Hosting;

/// <summary>A mistake is reported where it is, and not again where something depends on it.</summary>
public sealed class FollowUpTests
{
    private const string Routes = """ "Routes":[{"Name":"r","When":{"Tier":"final"},"Targets":["o/gpt-image-1","a/gpt-image-1"],"Fallback":["o/gpt-image-2"],"Ceilings":{"MaxQuality":"hd"}}]""";

    [Theory]
    [InlineData("""{"Kind":"OpenIA","Simulated":true,"Models":["gpt-image-1"]}""", "Kind")]
    [InlineData("""{"Kind":"OpenAI","BaseUrl":"not a url","ApiKey":"file:k","Models":["gpt-image-1","gpt-image-2"]}""", "BaseUrl ApiKey")]
    [InlineData("""{"Kind":"OpenAI","Simulated":"perhaps","Models":["gpt-image-1","gpt-image-2"]}""", "Simulated BaseUrl ApiKey")]
    [InlineData("""{"Kind":"AzureOpenAI","Simulated":true,"Endpoint":"not a url","Models":["gpt-image-1","gpt-image-2"]}""", "Endpoint")]
    [InlineData("""{"Kind":"OpenAI","Simulated":true,"Modles":["gpt-image-1","gpt-image-2"]}""", "Modles Models")]
    [InlineData("\"OpenAI\"", "")]
    public void Target_of_a_provider_with_a_mistake_is_not_missed(string provider, string options)
    {
        var mistakes = Paths($$"""{"Providers":{"a":P,"o":{{provider}} },{{Routes}} }""");
        Assert.Equal(options.Split(' ').Select(option => $"Gateway:Providers:o{(option.Length > 0 ? ":" : "")}{option}"), mistakes.Distinct());
    }

    [Fact]
    public void Target_of_an_entry_with_a_mistake_is_not_missed_and_another_is() => Assert.Equal(
        ["Gateway:Providers:o:Models:0", "Gateway:Routes:0:Targets:1"],
        Paths("""{"Providers":{"a":P,"o":{"Kind":"OpenAI","Simulated":true,"Models":["gpt-9","gpt-image-1"]} },"Routes":[{"Name":"r","Targets":["o/gpt-9","o/gpt-8","o/gpt-image-1"]}]}"""));

    [Fact]
    public void Entry_that_is_empty_keeps_its_place_in_its_list() => Assert.Equal(
        ["Gateway:Providers:o:Models:0", "Gateway:Routes:0:Targets:0", "Gateway:Tenants:t:RequiredTags:1", "Gateway:Tenants:t:RequiredTags:2", "Gateway:Providers:o:Models:1", "Gateway:Routes:0:Targets:2"],
        Paths("""
            {
              "Providers": { "a": P, "o": { "Kind": "OpenAI", "Simulated": true, "Models": [ null, "gpt-9" ] } },
              "Routes": [ { "Name": "r", "Targets": [ "", "a/gpt-image-1", "a/nope" ] } ],
              "Tenants": { "t": { "RequiredTags": [ "team", "", "no tag" ] } }
            }
            """));

    [Fact]
    public void Catalogue_with_a_mistake_hides_no_mistake_that_does_not_depend_on_it() => Assert.Equal(
        [
            "Gateway:Catalogue", "Gateway:Tenants:t:Markup", "Gateway:Tenants:t:Keys:0:Secret", "Gateway:Providers:o:Timeout", "Gateway:Providers:o:ApiKey",
            "Gateway:Providers:o:Models:0:Weight", "Gateway:Providers:o:Models:0:Shutdown", "Gateway:Routes:0:MaxAttempts", "Gateway:PassThrough:0:Provider",
        ],
        Paths("""
            {
              "Catalogue": "nope.json",
              "Providers": { "a": P, "o": { "Kind": "OpenAI", "BaseUrl": "https://o/v1", "ApiKey": "env:IMAGEGATEWAY_TEST_NOT_SET", "Timeout": "00:00:00", "Models": [ { "Model": "gpt-9", "Weight": 0, "Shutdown": "soon" } ] } },
              "Routes": [ { "Name": "r", "When": { "Model": "gpt-9" }, "Targets": [ "o/gpt-9", "a/gpt-image-1" ], "MaxAttempts": 0, "Defaults": { "quality": "hgih" }, "Ceilings": { "MaxQuality": "mdium" } } ],
              "PassThrough": [ { "Path": "/v1/files", "Provider": "nobody" } ],
              "Tenants": { "t": { "Markup": -1, "Models": [ "gpt-9" ], "Keys": [ { "Name": "k", "Secret": "env:IMAGEGATEWAY_TEST_NOT_SET" } ], "Limits": { "MaxQuality": "mdium" } } }
            }
            """));

    [Theory]
    [InlineData("""{"Providers":[P,P],"Routes":[{"Name":"r","Targets":["a/gpt-image-1"]}]}""", "Gateway:Providers")]
    [InlineData("""{"Providers":{"a":P},"Tenants":[{"Models":["*"]}]}""", "Gateway:Tenants")]
    [InlineData("""{"Providers":{"a":P},"Routes":[{"Name":"r","Defaults":["high"]}]}""", "Gateway:Routes:0:Defaults")]
    [InlineData("""{"Providers":{"a":P},"Tenants":{"t":{"Users":[{}]}}}""", "Gateway:Tenants:t:Users")]
    [InlineData("""{"Providers":{"a":P},"Tenants":{"0":{},"1":{"Users":[]}}}""", null)]
    public void List_where_each_entry_has_a_name_is_a_mistake(string gateway, string? path)
    {
        var mistakes = Configurations.Check($$"""{"Gateway":{{gateway.Replace("[P,P]", $"[{Configurations.Provider}]", StringComparison.Ordinal)}} }""").Mistakes;
        Assert.Equal(path is null ? [] : [$"{path}: must be an object with a name for each entry, not a list"], mistakes);
    }

    private static IEnumerable<string> Paths(string gateway) => Configurations.Check($$"""{"Gateway":{{gateway.Replace("\": P", "\":P", StringComparison.Ordinal)}} }""").Mistakes.Select(mistake => mistake.Split(": ")[0]);
}
