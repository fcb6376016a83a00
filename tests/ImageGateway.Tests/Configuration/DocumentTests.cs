using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageGateway.Hosting;
using ImageGateway.Tests.Configuration.Reference;
using Microsoft.Extensions.Configuration;

namespace ImageGateway.Tests.Configuration;

/// <summary>
/// Every configuration that the documents show, each <c>jsonc</c> block, is one that the gateway takes and that fits the schema. A
/// block is a whole file, or members of the section <c>Gateway</c>.
/// </summary>
public sealed partial class DocumentTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip };

    // What the blocks name and do not show.
    private const string Providers = """
        {
          "openai": { "Kind": "OpenAI", "BaseUrl": "https://api.openai.com/v1", "ApiKey": "env:OPENAI_API_KEY", "Models": [ "gpt-image-1", "gpt-image-1-mini", "gpt-image-2" ] },
          "azure-sweden": { "Kind": "AzureOpenAI", "Endpoint": "https://sweden.openai.azure.com", "Credential": "EntraId", "Deployments": { "img": { "Model": "gpt-image-1", "Region": "eu" } } },
          "azure-france": { "Kind": "AzureOpenAI", "Endpoint": "https://france.openai.azure.com", "Credential": "EntraId", "Deployments": { "img": { "Model": "gpt-image-1", "Region": "eu" } } }
        }
        """;

    public static TheoryData<string, int> Blocks
    {
        get
        {
            var blocks = new TheoryData<string, int>();
            foreach (var document in Directory.EnumerateFiles(Repository.File("docs"), "*.md").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal))
            {
                for (var i = 0; i < In(document).Count; i++)
                    blocks.Add(document, i);
            }
            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Configuration_of_a_document_is_taken(string document, int index)
    {
        var text = In(document)[index];
        var whole = JsonNode.Parse(text.TrimStart().StartsWith('{') ? text : $$"""{ "Gateway": { {{text}} } }""", null, Lenient)!;
        using var folder = new TemporaryFolder();
        folder.Write("my-models.json", File.ReadAllText(Repository.File("tests", "ImageGateway.Tests", "Providers", "OpenAiCompatible", "models.json")));

        Assert.Empty(SchemaCheck.Mistakes(ConfigurationSchema.Create(), whole));
        var path = folder.Write("gateway.json", Complete(whole).ToJsonString());
        var configuration = new ConfigurationBuilder().AddJsonFile(path).AddInMemoryCollection([new("config", path)]).Build();
        Assert.NotEmpty(GatewayConfiguration.Load(configuration, null, new ManualTime(), null, [], withoutSecrets: true).Routing.Targets);
    }

    [Fact]
    public void Documents_show_configuration() => Assert.True(Blocks.Count >= 10);

    // A catalogue of one's own has other models.
    private static JsonNode Complete(JsonNode whole)
    {
        var gateway = (whole["Gateway"] ??= new JsonObject()).AsObject();
        if (gateway.ContainsKey("Catalogue"))
            return whole;
        var providers = (gateway["Providers"] ??= new JsonObject()).AsObject();
        foreach (var (name, provider) in JsonNode.Parse(Providers)!.AsObject())
            providers.TryAdd(name, provider!.DeepClone());
        return whole;
    }

    private static List<string> In(string document) => [.. Fence().Matches(File.ReadAllText(Repository.File("docs", document))).Select(match => match.Groups["text"].Value)];

    [GeneratedRegex(@"^```jsonc\n(?<text>.*?)^```", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Fence();
}
