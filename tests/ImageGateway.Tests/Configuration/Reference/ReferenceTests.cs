using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.Tests.Configuration.Reference;

/// <summary>
/// <c>config/gateway.schema.json</c> and the reference in <c>docs/configuration.md</c> say what the options say. With
/// <c>IMAGEGATEWAY_WRITE=1</c> in the environment these tests write them anew instead.
/// </summary>
public sealed class ReferenceTests
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Default) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [Fact]
    public void Schema_is_that_of_the_options() =>
        Check(Repository.File("config", "gateway.schema.json"), _ => ConfigurationSchema.Create().ToJsonString(Indented) + "\n");

    [Fact]
    public void Reference_is_that_of_the_options() => Check(Repository.File("docs", "configuration.md"), document =>
    {
        var (begin, end) = (document.IndexOf(ConfigurationReference.Begin, StringComparison.Ordinal), document.IndexOf(ConfigurationReference.End, StringComparison.Ordinal));
        return $"{document[..(begin + ConfigurationReference.Begin.Length)]}\n{ConfigurationReference.Create()}\n{document[end..]}";
    });

    [Fact]
    public void Shipped_configuration_names_the_schema_and_fits_it()
    {
        var configuration = JsonNode.Parse(File.ReadAllText(Repository.File("config", "gateway.json")), null, Lenient)!;

        Assert.Equal("gateway.schema.json", (string?)configuration["$schema"]);
        Assert.Empty(SchemaCheck.Mistakes(ConfigurationSchema.Create(), configuration));
    }

    [Theory]
    [InlineData("""{ "Gateway": { "Colour": 1 } }""", "Gateway:Colour")]
    [InlineData("""{ "Gateway": { "Providers": { "a": { "Kind": 1 } } } }""", "Gateway:Providers:a:Kind")]
    [InlineData("""{ "Gateway": { "Providers": { "a": { "Timeout": "soon" } } } }""", "Gateway:Providers:a:Timeout")]
    [InlineData("""{ "Gateway": { "Routes": [ { "Strategy": "Best" } ] } }""", "Gateway:Routes:0:Strategy")]
    [InlineData("""{ "Gateway": { "Routes": [ { "Targets": [ { "Wight": 1 } ] } ] } }""", "Gateway:Routes:0:Targets:0")]
    public void What_the_gateway_refuses_does_not_fit_the_schema(string configuration, string path) =>
        Assert.Equal(path, Assert.Single(SchemaCheck.Mistakes(ConfigurationSchema.Create(), JsonNode.Parse(configuration)!)));

    [Fact]
    public void Default_of_a_parameter_may_be_a_number() =>
        Assert.Empty(SchemaCheck.Mistakes(ConfigurationSchema.Create(), JsonNode.Parse("""{ "Gateway": { "Routes": [ { "Defaults": { "output_compression": 50, "quality": "low" } } ] } }""")!));

    private static void Check(string path, Func<string, string> create)
    {
        var before = File.Exists(path) ? File.ReadAllText(path) : "";
        var expected = create(before);
        if (Environment.GetEnvironmentVariable("IMAGEGATEWAY_WRITE") == "1")
            File.WriteAllText(path, expected);
        else
            Assert.True(before == expected, $"{Path.GetFileName(path)} is not what the options say: run IMAGEGATEWAY_WRITE=1 dotnet test tests/ImageGateway.Tests --filter ReferenceTests");
    }
}
