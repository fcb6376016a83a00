using System.Reflection;
using System.Text.RegularExpressions;
using ImageGateway.SystemTests.OpenAIClients;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Processes;

/// <summary>Every command and snippet of the README runs, and does what it says.</summary>
public sealed partial class ReadmeTests(ReadmeFixture gateway) : IClassFixture<ReadmeFixture>, IDisposable
{
    private static readonly List<(string Language, string Text)> Blocks = Snippets.Of("README.md");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int, string> Indices
    {
        get
        {
            var snippets = new TheoryData<int, string>();
            for (var i = 0; i < Blocks.Count; i++)
                snippets.Add(i, Blocks[i].Language);
            return snippets;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Indices))]
    public async Task Snippet_runs(int index, string language)
    {
        var text = Blocks[index].Text.Replace("http://127.0.0.1:8080", gateway.Url, StringComparison.Ordinal);
        var output = language switch
        {
            "sh" when text.StartsWith("dotnet run --project src/ImageGateway ", StringComparison.Ordinal) => FirstCommands(text),
            "sh" => await gateway.RunAsync(_folder.Path, "bash", "-euo", "pipefail", "-c", text.Replace("dotnet run --project src/ImageGateway --", $"dotnet {Program()}", StringComparison.Ordinal)),
            "python" => await gateway.RunAsync(_folder.Path, "python3", _folder.Write("lighthouse.py", text)),
            "javascript" => await NodeAsync(text),
            "csharp" => await gateway.RunAsync(_folder.Path, "dotnet", "run", _folder.Write("lighthouse.cs", text)),
            "json" => await CheckAsync(text),
            _ => throw new InvalidOperationException($"A snippet in {language}: say here how it is run."),
        };

        if (text.Contains("lighthouse.png", StringComparison.Ordinal))
            Assert.Equal((1024, 1024), Pictures.SizeOf(File.ReadAllBytes(Path.Combine(_folder.Path, "lighthouse.png"))));
        foreach (var (asked, answered) in (ReadOnlySpan<(string, string)>)[("\"stream\":true", "image_generation.completed"), ("/v1/quota", "\"object\":\"quota\""), ("charge_usd", "\"basis\": \"usage\""), ("-- estimate", "\"status\":\"healthy\""), ("x-gateway-target", "openai/gpt-image-1")])
        {
            if (text.Contains(asked, StringComparison.Ordinal))
                Assert.Contains(answered, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Files_that_the_documents_point_at_are_there()
    {
        var documents = Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.File("README.md")).Append(Repository.File("CONTRIBUTING.md"));
        foreach (var document in documents)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(document)))
            {
                var target = Path.Combine(Path.GetDirectoryName(document)!, link.Groups["path"].Value);
                Assert.True(Path.Exists(target), $"{Path.GetFileName(document)} points at {link.Groups["path"].Value}");
            }
        }
    }

    // The gateway of these tests is the first; the second is what runs them.
    private static string FirstCommands(string text)
    {
        Assert.Equal(["dotnet run --project src/ImageGateway", "./test.sh"], text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('#')[0].Trim()));
        Assert.True(File.Exists(Repository.File("test.sh")) && File.Exists(Repository.File("src", "ImageGateway", "ImageGateway.csproj")));
        return "";
    }

    private Task<string> NodeAsync(string text)
    {
        var clients = Metadata("NodeClients");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "node_modules"), Path.Combine(clients, "node_modules"));
        return gateway.RunAsync(_folder.Path, NodeScript.Node, _folder.Write("lighthouse.mjs", text));
    }

    private Task<string> CheckAsync(string text) => gateway.RunAsync(_folder.Path, "dotnet", Program(), "check-config", "--without-secrets", "--config", _folder.Write("my-gateway.json", text));

    private static string Program() => Path.GetFullPath(Metadata("GatewayProgram"));

    private static string Metadata(string key) => typeof(ReadmeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!;

    [GeneratedRegex(@"\]\((?!https?:|#)(?<path>[^)#]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
