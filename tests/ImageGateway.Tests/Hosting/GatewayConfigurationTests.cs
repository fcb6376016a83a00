using ImageGateway.Configuration;
using ImageGateway.Hosting;
using Microsoft.Extensions.Configuration;

namespace ImageGateway.Tests.Hosting;

public sealed class GatewayConfigurationTests
{
    private const string Provider = """{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1"]}""";

    [Fact]
    public void Shipped_configuration_is_without_mistakes_or_warnings()
    {
        var warnings = new List<string>();
        var snapshot = Load(Repository.File("config", "gateway.json"), warnings);
        Assert.Empty(warnings);
        Assert.Equal(
            ["openai/gpt-image-1", "openai/gpt-image-1-mini", "openai/gpt-image-1.5", "openai/gpt-image-2", "azure/img-std", "azure/img-mini", "dalle/dall-e-3", "dalle/dall-e-2"],
            snapshot.Routing.Targets.Select(target => target.Name));
        Assert.All(snapshot.Routing.Targets, target => Assert.True(target is { Simulated: true, Shutdown: null }));
        Assert.Equal(["drafts", "finals", "by-model"], snapshot.Routing.Routes.Select(route => route.Name));
    }

    [Fact]
    public void All_mistakes_come_at_once_with_full_key_paths()
    {
        var mistakes = Mistakes("""
            {
              "Nonsense": 1,
              "Admin": { "Urls": [ "http://127.0.0.1:9090", "9090", "ftp://localhost:1", "http://localhost:99999", "http://localhost:1/base" ] },
              "Limits": { "JsonBytes": 0, "FileBytes": "big" },
              "AdminKeys": [ { "Secret": "literal" } ],
              "Providers": {
                "a": { "Kind": "Midjourney", "Models": [ "gpt-image-1" ] },
                "b": { "Kind": "OpenAI", "BaseUrl": "ftp://x", "ApiKey": "env:IMAGEGATEWAY_TEST_NOT_SET", "Models": [ "gpt-9" ], "Timeout": "00:00:00.005", "ConnectTimeout": "00:00:00", "Lifecycle": "maybe" },
                "c": { "Kind": "AzureOpenAI", "Simulated": true, "ApiStyle": "v2", "Deployments": { "d": { "Model": "gpt-image-1", "Shutdown": "soon" }, "e": {} } },
                "d/e": { "Kind": "OpenAI", "Simulated": true, "Models": [ "gpt-image-1", "gpt-image-1" ], "MaxConnections": 0 },
                "f": { "Kind": "OpenAI", "Simulated": true }
              },
              "Routes": [ { "Name": "r", "When": { "Tier": "draft" } }, { "Name": "r", "Targets": [ "nobody/x" ] }, {} ],
              "Tenants": { "ac me": {}, "t": { "Keys": [ { "Secret": "sk-1" }, { "Name": "k", "Secret": "env:IMAGEGATEWAY_TEST_NOT_SET", "Project": "a b" } ] } }
            }
            """);
        string[] expected =
        [
            "Gateway:Nonsense:", "Gateway:Admin:Urls:1: '9090'", "Gateway:Admin:Urls:2:", "Gateway:Admin:Urls:3:", "Gateway:Admin:Urls:4:", "Gateway:Limits:JsonBytes:", "Gateway:Limits:FileBytes:", "Gateway:AdminKeys:0:Secret:",
            "Gateway:Providers:a:Kind:", "Gateway:Providers:b:BaseUrl:", "Gateway:Providers:b:ApiKey:", "Gateway:Providers:b:Models:0:",
            "Gateway:Providers:b:Timeout:", "Gateway:Providers:b:ConnectTimeout:", "Gateway:Providers:b:Lifecycle:", "Gateway:Providers:c:ApiStyle:",
            "Gateway:Providers:c:Deployments:d:Shutdown:", "Gateway:Providers:c:Deployments:e:", "Gateway:Providers:d/e:", "Gateway:Providers:d/e:Models:1:",
            "Gateway:Providers:d/e:MaxConnections:", "Gateway:Providers:f:Models:", "Gateway:Routes:0:Targets:", "Gateway:Routes:1:Name:",
            "Gateway:Routes:1:Targets:0:", "Gateway:Routes:2:Name:", "Gateway:Routes:2:When:", "Gateway:Tenants:ac me:", "Gateway:Tenants:t:Keys:0:Name:",
            "Gateway:Tenants:t:Keys:0:Secret:", "Gateway:Tenants:t:Keys:1:Secret:", "Gateway:Tenants:t:Keys:1:Project:",
        ];
        Assert.All(expected, path => Assert.Contains(mistakes, mistake => mistake.StartsWith(path, StringComparison.Ordinal)));
        Assert.All(mistakes, mistake => Assert.Contains(expected, path => mistake.StartsWith(path, StringComparison.Ordinal)));
        Assert.DoesNotContain(mistakes, mistake => mistake.Contains("sk-1", StringComparison.Ordinal) || mistake.Contains("literal", StringComparison.Ordinal));
    }

    [Fact]
    public void Paths_that_cannot_pass_through_are_mistakes()
    {
        var mistakes = Mistakes($$"""
            {
              "Providers": { "a": {{Provider}}, "z": { "Kind": "AzureOpenAI", "Simulated": true, "Deployments": { "d": "gpt-image-1" } } },
              "PassThrough": [
                { "Path": "/v1/files/{**rest}", "Provider": "a", "Methods": [ "GET", "delete" ] },
                { "Path": "/v1/files/{**rest}", "Provider": "a", "Methods": [ "POST" ] },
                { "Path": "/openai/files/{id}", "Provider": "z" },
                { "Path": "/v1/responses", "Provider": "nobody" },
                { "Path": "/admin/v1/keys", "Provider": "a" },
                { "Path": "/v1/{**rest}", "Provider": "a" },
                { "Path": "/openai/deployments/{d}/{**rest}", "Provider": "z" },
                { "Path": "/v1/models/x", "Provider": "a" },
                { "Path": "/openai/files", "Provider": "a" },
                { "Path": "/v1/FILES/{**rest}", "Provider": "a" },
                { "Path": "/v1/x", "Provider": "a", "Methods": [ "FETCH" ] },
                { "Path": "no path", "Provider": "a" },
                {}
              ]
            }
            """);
        string[] expected = ["3:Provider:", "4:Path:", "5:Path:", "6:Path:", "7:Path:", "8:Path:", "9:Path:", "10:Methods:", "11:Path:", "12:Path:", "12:Provider:"];
        Assert.All(expected, path => Assert.Contains(mistakes, mistake => mistake.StartsWith($"Gateway:PassThrough:{path}", StringComparison.Ordinal)));
        Assert.All(mistakes, mistake => Assert.Contains(expected, path => mistake.StartsWith($"Gateway:PassThrough:{path}", StringComparison.Ordinal)));
    }

    // null and {} in the file are as good as absent: a mistake where something is needed, and never another failure.
    [Theory]
    [InlineData("""{"Providers":null}""", "Gateway:Providers:")]
    [InlineData("""{"Providers":{}}""", "Gateway:Providers:")]
    [InlineData("""{"Providers":{"a":null}}""", "Gateway:Providers:a")]
    [InlineData("""{"Providers":{"a":{}}}""", "Gateway:Providers:a")]
    [InlineData("""{"Providers":{"a":{"Kind":null,"Simulated":true,"Models":["gpt-image-1"]}}}""", "Gateway:Providers:a:Kind:")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":null}}}""", "Gateway:Providers:a:Models:")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Models":[null]}}}""", "Gateway:Providers:a:Models")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Simulated":true,"Deployments":{"d":null}}}}""", "Gateway:Providers:a:Deployments:d")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Simulated":true,"Deployments":{"d":{"Model":null}}}}}""", "Gateway:Providers:a:Deployments:d")]
    [InlineData("""{"Providers":{"a":P},"Limits":null}""", null)]
    [InlineData("""{"Providers":{"a":P},"Limits":{}}""", null)]
    [InlineData("""{"Providers":{"a":P},"Connections":null}""", null)]
    [InlineData("""{"Providers":{"a":P},"Connections":{"Max":0}}""", "Gateway:Connections:Max:")]
    [InlineData("""{"Providers":{"a":P},"Connections":{"HeaderTimeout":"00:00:00.5"}}""", "Gateway:Connections:HeaderTimeout:")]
    [InlineData("""{"Providers":{"a":P},"Connections":{"IdleTimeout":"01:00:01"}}""", "Gateway:Connections:IdleTimeout:")]
    [InlineData("""{"Providers":{"a":P},"Connections":{"MinBytesPerSecond":-1}}""", "Gateway:Connections:MinBytesPerSecond:")]
    [InlineData("""{"Providers":{"a":P},"Connections":{"MinBytesPerSecond":0}}""", null)]
    [InlineData("""{"Providers":{"a":P},"AdminKeys":null,"Routes":null,"Tenants":null,"ImageUrlHosts":null,"Catalogue":null}""", null)]
    [InlineData("""{"Providers":{"a":P},"AdminKeys":[],"Routes":[],"Tenants":{},"ImageUrlHosts":[]}""", null)]
    [InlineData("""{"Providers":{"a":P},"Routes":[{"Name":"r","When":null,"Targets":null}]}""", null)]
    [InlineData("""{"Providers":{"a":P},"Routes":[{"Name":"r","When":{"Tier":null,"Model":null},"Targets":[]}]}""", null)]
    [InlineData("""{"Providers":{"a":P},"Routes":[{"Name":"r","When":{"Tier":"draft","Model":"*"},"Targets":["a/gpt-image-1"]}]}""", "Gateway:Routes:0:When:Model:")]
    [InlineData("""{"Providers":{"a":P},"Routes":[null]}""", "Gateway:Routes:0")]
    [InlineData("""{"Providers":{"a":P},"Routes":[{"Name":null}]}""", "Gateway:Routes:0:Name:")]
    [InlineData("""{"Providers":{"a":P},"Routes":[{"Name":"r","Targets":[null]}]}""", "Gateway:Routes:0:Targets")]
    [InlineData("""{"Providers":{"a":P},"Tenants":{"t":null}}""", null)]
    [InlineData("""{"Providers":{"a":P},"Tenants":{"t":{}}}""", null)]
    [InlineData("""{"Providers":{"a":P},"Tenants":{"t":{"Keys":null,"Models":null,"DefaultTier":null}}}""", null)]
    [InlineData("""{"Providers":{"a":P},"Tenants":{"t":{"Keys":[null]}}}""", "Gateway:Tenants:t:Keys:0")]
    [InlineData("""{"Providers":{"a":P},"Tenants":{"t":{"Keys":[{"Name":"k","Secret":null}]}}}""", "Gateway:Tenants:t:Keys:0:Secret:")]
    [InlineData("""{"Providers":{"a":P},"AdminKeys":[{"Secret":null}]}""", "Gateway:AdminKeys:0:Secret:")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Timeout":null,"MaxConnections":null,"Lifecycle":null,"Models":["gpt-image-1"]}}}""", null)]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"Timeout":"","MaxConnections":"","Models":["gpt-image-1"]}}}""", null)]
    public void Null_is_as_good_as_absent(string gateway, string? path)
    {
        var mistakes = Mistakes(gateway.Replace("P}", $"{Provider}}}", StringComparison.Ordinal));
        if (path is null)
            Assert.Empty(mistakes);
        else
            Assert.Contains(mistakes, mistake => mistake.StartsWith(path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"Providers":{"a":P},"Alerts":{"Secret":{"Name":"x"}}}""", "Gateway:Alerts:Secret: must be a single value")]
    [InlineData("""{"Providers":{"a":P},"Limits":{"JsonBytes":[1,{"b":[2]}]}}""", "Gateway:Limits:JsonBytes: must be a single value")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":"perhaps","Models":["gpt-image-1"]}}}""", "Gateway:Providers:a:Simulated: 'perhaps' is not true or false")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Simulated":true,"Endpoint":"https://a.openai.azure.com/openai/v1/"}}}""", "Gateway:Providers:a:Endpoint: 'https://a.openai.azure.com/openai/v1/' has a path that is not Azure's, or that the gateway adds itself; a resource's URL is https://NAME.openai.azure.com")]
    [InlineData("""{"Providers":{"a":{"Kind":"AzureOpenAI","Simulated":true,"Endpoint":"https://a.b/azure","Organization":"o"}}}""", "Gateway:Providers:a:Organization: only OpenAI has one")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAICompatible","Simulated":true,"Project":"p"}}}""", "Gateway:Providers:a:Project: only OpenAI has one")]
    [InlineData("""{"Providers":{"a":{"Kind":"OpenAI","Simulated":true,"ApiVersion":"v1"}}}""", "Gateway:Providers:a:ApiVersion: only AzureOpenAI has one")]
    public void Value_of_the_wrong_shape_or_kind_is_a_mistake(string gateway, string mistake) =>
        Assert.Contains(mistake, Mistakes(gateway.Replace("P}", $"{Provider}}}", StringComparison.Ordinal)));

    // Case matters, as in a request.
    [Theory]
    [InlineData("""{"Limits":{"MaxQuality":"mdium"}}""", "Limits")]
    [InlineData("""{"Limits":{"MaxQuality":"auto"}}""", "Limits")]
    [InlineData("""{"Projects":{"web":{"Limits":{"MaxQuality":"Medium"}}}}""", "Projects:web:Limits")]
    [InlineData("""{"Keys":[{"Name":"k","Secret":"file:s","Limits":{"MaxQuality":"4k","Mode":"warn"}}]}""", "Keys:0:Limits")]
    [InlineData("""{"Users":{"*":{"Limits":{"MaxQuality":"best"}}}}""", "Users:*:Limits")]
    [InlineData("""{"Limits":{"MaxQuality":"hd"},"Users":{"ada":{"Limits":{"MaxQuality":"low"}},"bob":{"Limits":{"MaxQuality":null}}}}""", null)]
    public void Best_quality_of_limits_is_a_word_of_the_catalogue(string tenant, string? path)
    {
        var mistakes = Mistakes($$"""{ "Providers": { "a": {{Provider}} }, "Tenants": { "t": {{tenant}} } }""").Where(mistake => mistake.Contains("MaxQuality", StringComparison.Ordinal));
        if (path is null)
            Assert.Empty(mistakes);
        else
            Assert.Matches($"^Gateway:Tenants:t:{path.Replace("*", "[*]", StringComparison.Ordinal)}:MaxQuality: '.*' is not a quality of the catalogue's models; the qualities are hd, high, low, medium, standard$", Assert.Single(mistakes));
    }

    [Theory]
    [InlineData("""{"Name":"r","Targets":["a/gpt-image-1"],"Ceilings":{"MaxQuality":"mdium"}}""", "high, low, medium")]
    [InlineData("""{"Name":"by-model","Ceilings":{"MaxQuality":"mdium"}}""", "high, low, medium")]
    [InlineData("""{"Name":"by-model","Ceilings":{"MaxQuality":"standard"}}""", null)]
    public void Ceiling_of_a_route_is_a_word_of_its_targets(string route, string? words)
    {
        var mistakes = Mistakes($$"""{ "Providers": { "a": {{Provider}} }, "Routes": [ {{route}} ] }""");
        if (words is null)
            Assert.Empty(mistakes);
        else
            Assert.Equal($"Gateway:Routes:0:Ceilings:MaxQuality: 'mdium' is not a quality of these targets; the qualities are {words}", Assert.Single(mistakes));
    }

    [Fact]
    public void File_with_a_byte_order_mark_is_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("gateway.json", $$"""{{'\uFEFF'}}{ "Gateway": { "Providers": { "b": {{Provider}}, "a": {{Provider}} } } }""");
        Assert.Equal(["b/gpt-image-1", "a/gpt-image-1"], Load(path, []).Routing.Targets.Select(target => target.Name));
    }

    // Between the two looks at it a file may be written anew.
    [Theory]
    [InlineData("{")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData(null)]
    public void File_that_is_none_by_now_is_a_mistake(string? later)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("gateway.json", $$"""{ "Gateway": { "Providers": { "a": {{Provider}} } } }""");
        var configuration = Read(path);
        if (later is null)
            File.Delete(path);
        else
            File.WriteAllText(path, later);
        Assert.StartsWith("--config: ", Assert.Single(Assert.Throws<ConfigurationException>(() => Load(configuration, [])).Mistakes), StringComparison.Ordinal);
    }

    // The contract: Shutdown is the catalogue's unless said; null: none.
    [Theory]
    [InlineData("\"gpt-image-1\"", "2026-10-23")]
    [InlineData("""{"Model":"gpt-image-1"}""", "2026-10-23")]
    [InlineData("""{"Model":"gpt-image-1","Shutdown":"2027-01-31"}""", "2027-01-31")]
    [InlineData("""{"Model":"gpt-image-1","Shutdown":null}""", null)]
    [InlineData("""{"Model":"gpt-image-1","Shutdown":""}""", null)]
    [InlineData("\"gpt-image-2\"", null)]
    public void Shutdown_is_the_catalogues_unless_said(string model, string? day)
    {
        using var folder = new TemporaryFolder();
        folder.Write("secret", "s");
        var path = folder.Write("gateway.json", $$"""{ "Gateway": { "Providers": { "a": { "Kind": "OpenAI", "BaseUrl": "https://a/v1", "ApiKey": "file:secret", "Models": [ {{model}} ] } } } }""");
        Assert.Equal(day, Load(path, []).Routing.Targets[0].Shutdown?.ToString("yyyy-MM-dd"));
    }

    [Fact]
    public void Same_key_twice_is_a_mistake()
    {
        using var folder = new TemporaryFolder();
        folder.Write("one", "same");
        folder.Write("two", "same\n");
        var path = folder.Write("gateway.json", $$"""{ "Gateway": { "Providers": { "a": {{Provider}} }, "Tenants": { "t": { "Keys": [ {"Name":"a","Secret":"file:one"}, {"Name":"b","Secret":"file:two"} ] } } } }""");
        var mistake = Assert.Single(Assert.Throws<ConfigurationException>(() => Load(path, [])).Mistakes);
        Assert.StartsWith("Gateway:Tenants:t:Keys:1:Secret: ", mistake, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Mistakes(string gateway)
    {
        using var folder = new TemporaryFolder();
        try
        {
            Load(folder.Write("gateway.json", $$"""{ "Gateway": {{gateway}} }"""), []);
            return [];
        }
        catch (ConfigurationException e)
        {
            return e.Mistakes;
        }
    }

    private static GatewaySnapshot Load(string path, List<string> warnings) => Load(Read(path), warnings);

    private static IConfigurationRoot Read(string path) => new ConfigurationBuilder().AddJsonFile(path).AddInMemoryCollection([new("config", path)]).Build();

    private static GatewaySnapshot Load(IConfiguration configuration, List<string> warnings)
    {
        GatewayConfiguration.NeedsSimulator(configuration);
        return GatewayConfiguration.Load(configuration, new FirstRun(), new ManualTime(), new Uri("http://127.0.0.1:1/"), warnings);
    }
}
