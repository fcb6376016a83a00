using System.Text.Json.Nodes;
using ImageGateway.Tests;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ImageGateway.SystemTests.Deploy;

/// <summary>YAML files of <c>deploy/</c> as JSON, anchors resolved, so that tests read them by name.</summary>
internal static class Yaml
{
    public static string Folder { get; } = Repository.File("deploy");

    public static IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.y*ml", SearchOption.AllDirectories);

    /// <summary>The documents of a file.</summary>
    public static List<JsonNode> Read(string path)
    {
        using var reader = File.OpenText(Path.Combine(Folder, path));
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(reader)));
        return [.. stream.Documents.Select(document => Node(document.RootNode)!)];
    }

    /// <summary>Every Kubernetes object of <c>deploy/</c>, the example of a Secret among them.</summary>
    public static IEnumerable<JsonNode> Objects() => Files.Where(path => path.Contains("/kubernetes/", StringComparison.Ordinal) && !path.EndsWith("kustomization.yaml", StringComparison.Ordinal)).Order().SelectMany(Read);

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, Node(child.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Node)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain when bool.TryParse(plain.Value, out var flag) => flag,
        YamlScalarNode { Style: ScalarStyle.Plain } plain when int.TryParse(plain.Value, out var number) => number,
        YamlScalarNode scalar => scalar.Value,
        _ => null,
    };
}
