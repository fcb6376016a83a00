using ImageGateway.Configuration;
using ImageGateway.Hosting;
using Microsoft.Extensions.Configuration;

namespace ImageGateway.Tests.Configuration;

public sealed class OptionsCheckTests
{
    // A member of Gateway, and the mistake's key path; every mistake has just one.
    [Theory]
    [InlineData("""{"Provider":{}, "Nonsense": 1}""", "Gateway:Nonsense: there is no such option here")]
    [InlineData("""{"Providers":{"a":{"BaseURI":"x"}}}""", "Gateway:Providers:a:BaseURI: there is no such option here")]
    [InlineData("""{"Providers":{"a":{"Timeout":"soon"}}}""", "Gateway:Providers:a:Timeout: 'soon' is not a time span")]
    [InlineData("""{"Tenants":{"t":{"Cache":{"Ttl":"10"}}}}""", "Gateway:Tenants:t:Cache:Ttl: '10' is not a time span, as in 00:05:00")]
    [InlineData("""{"Providers":{"a":{"Timeout":10}}}""", "Gateway:Providers:a:Timeout: '10' is not a time span, as in 00:05:00")]
    [InlineData("""{"Tenants":{"t":{"Cache":{"Ttl":"24:00:00"}}}}""", "Gateway:Tenants:t:Cache:Ttl: '24:00:00' is not a time span, as in 00:05:00 or, for a day, 1.00:00:00")]
    [InlineData("""{"Routes":[{"Name":"a","Targets":["a/b"],"Targets:0:Weight":3}]}""", "Gateway:Routes:0:Targets:0: is set both as a single text and, elsewhere, by keys below it")]
    [InlineData("""{"Tenants":{"t":{"Models":"*","Models:0":"gpt-image-1"}}}""", "Gateway:Tenants:t:Models: is set both as a single text and, elsewhere, by keys below it")]
    [InlineData("""{"Providers":{"a":{"MaxConnections":"many"}}}""", "Gateway:Providers:a:MaxConnections: 'many' is not a number")]
    [InlineData("""{"Providers":{"a":{"MaxConnections":99999999999}}}""", "Gateway:Providers:a:MaxConnections: ")]
    [InlineData("""{"Providers":{"a":{"Simulated":"yes"}}}""", "Gateway:Providers:a:Simulated: 'yes' is not true or false")]
    [InlineData("""{"Providers":{"a":{"Kind":["OpenAI"]}}}""", "Gateway:Providers:a:Kind: must be a single value")]
    [InlineData("""{"Providers":{"a":{"Models":"gpt-image-1"}}}""", "Gateway:Providers:a:Models: must be a list")]
    [InlineData("""{"Providers":{"a":{"Models":[{"Modle":"x"}]}}}""", "Gateway:Providers:a:Models:0:Modle: there is no such option here")]
    [InlineData("""{"Providers":{"a":"OpenAI"}}""", "Gateway:Providers:a: must be an object")]
    [InlineData("""{"Routes":"all"}""", "Gateway:Routes: must be a list")]
    [InlineData("""{"Routes":[{"When":"draft"}]}""", "Gateway:Routes:0:When: must be an object")]
    [InlineData("""{"Routes":[{"When":{"Tier":"cheap"}}]}""", "Gateway:Routes:0:When:Tier: 'cheap' is not one of draft, final")]
    [InlineData("""{"Routes":[{"When":{"Tier":"7"}}]}""", "Gateway:Routes:0:When:Tier: '7' is not one of draft, final")]
    [InlineData("""{"Routes":[{"When":{"Tier":"draft,final"}}]}""", "Gateway:Routes:0:When:Tier: 'draft,final' is not one of draft, final")]
    [InlineData("""{"AdminKeys":[{"Scope":"2"}]}""", "Gateway:AdminKeys:0:Scope: '2' is not one of read, admin")]
    [InlineData("""{"AdminKeys":["env:KEY"]}""", "Gateway:AdminKeys:0: must be an object")]
    [InlineData("""{"Limits":{"JsonBytes":"25 MiB"}}""", "Gateway:Limits:JsonBytes: '25 MiB' is not a number")]
    [InlineData("""{"Tenants":{"acme":{"Keys":[{"Name":["a"]}]}}}""", "Gateway:Tenants:acme:Keys:0:Name: must be a single value")]
    public void Mistake_is_reported_with_its_key_path(string gateway, string mistake)
    {
        var mistakes = Check(gateway.Replace("\"Provider\":{}, ", "", StringComparison.Ordinal));
        Assert.StartsWith(mistake, Assert.Single(mistakes), StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_come_at_once()
    {
        var mistakes = Check("""{"A":1,"Routes":[{"B":2},{"When":{"Tier":"x"}}],"Tenants":{"t":{"DefaultTier":"y","C":[1,2]}}}""");
        Assert.Equal(
            ["Gateway:A", "Gateway:Routes:0:B", "Gateway:Routes:1:When:Tier", "Gateway:Tenants:t:C", "Gateway:Tenants:t:DefaultTier"],
            mistakes.Select(mistake => mistake[..mistake.IndexOf(": ", StringComparison.Ordinal)]).Order());
    }

    [Theory]
    [InlineData("""{"providers":{"a":{"KIND":"OpenAI","timeout":"00:01:00","simulated":"TRUE","models":["gpt-image-1",{"Model":"gpt-image-2"}]}}}""")]
    [InlineData("""{"Routes":[{"When":{"Tier":"DRAFT"},"Targets":["a/b",{"Target":"c/d"}]}]}""")]
    [InlineData("""{"Routes":[],"Tenants":{},"Providers":null,"Catalogue":null}""")]
    public void Option_of_the_contract_passes_in_any_case_of_letters(string gateway)
    {
        var mistakes = Check(gateway);
        Assert.Empty(mistakes);
    }

    [Theory]
    [InlineData("\"http://127.0.0.1:9090\"")]
    [InlineData("[ \"http://127.0.0.1:9090\" ]")]
    public void List_of_texts_may_be_one_text(string urls)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("gateway.json", $$"""{ "Gateway": { "Admin": { "Urls": {{urls}} } } }""");
        var mistakes = new Mistakes("Gateway");
        var options = OptionsCheck.Run(new ConfigurationBuilder().AddJsonFile(path).Build().GetSection("Gateway"), typeof(GatewayOptions), mistakes).Get<GatewayOptions>()!;
        Assert.Empty(mistakes.All);
        Assert.Equal(["http://127.0.0.1:9090"], options.Admin.Urls);
    }

    private static IReadOnlyList<string> Check(string gateway)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("gateway.json", $$"""{ "Gateway": {{gateway}} }""");
        var mistakes = new Mistakes("Gateway");
        OptionsCheck.Run(new ConfigurationBuilder().AddJsonFile(path).Build().GetSection("Gateway"), typeof(GatewayOptions), mistakes);
        return mistakes.All;
    }
}
