using System.Text.RegularExpressions;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Processes;

/// <summary>The commands of the other documents run too, one after the other, against a gateway as the README starts it.</summary>
public sealed partial class DocumentTests(ReadmeFixture gateway) : IClassFixture<ReadmeFixture>, IDisposable
{
    // What the documents take for given; and an answer that is an error is a failure.
    private const string Setting = """
        GATEWAY=http://127.0.0.1:8080 KEY=igw_demo_for_simulated_providers_only
        curl() { command curl --fail-with-body "$@"; }

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("async.md", "\"object\":\"image.job\"")]
    [InlineData("governance.md", "\"forecast\"", "\"object\":\"page\"", "\"drift")]
    [InlineData("masks.md", "\"b64_json\"")]
    [InlineData("quotas.md", "\"object\":\"quota\"")]
    public async Task Commands_of_a_document_run(string document, params string[] answers)
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "fox.png"), Pictures.Png());
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "mask.png"), Pictures.Png());
        // The gateway of these tests stands for the one that a document starts.
        var commands = string.Concat(Snippets.Of("docs", document).Where(block => block.Language == "sh" && !block.Text.Contains("dotnet run", StringComparison.Ordinal)).Select(block => block.Text));

        var output = await gateway.RunAsync(_folder.Path, "bash", "-euo", "pipefail", "-c", (Setting + commands).Replace("http://127.0.0.1:8080", gateway.Url, StringComparison.Ordinal));

        Assert.All(answers, answer => Assert.Contains(answer, output, StringComparison.Ordinal));
        Assert.All(OutputFile().Matches(commands).Select(match => match.Groups["file"].Value), file => Assert.True(new FileInfo(Path.Combine(_folder.Path, file)).Length > 0, file));
    }

    [Fact]
    public void Every_document_with_commands_is_run()
    {
        var run = typeof(DocumentTests).GetMethod(nameof(Commands_of_a_document_run))!.GetCustomAttributes(typeof(InlineDataAttribute), false).Length;
        Assert.Equal(run, Directory.EnumerateFiles(Repository.File("docs"), "*.md").Count(path => Snippets.Of("docs", Path.GetFileName(path)).Exists(block => block.Language == "sh")));
    }

    [GeneratedRegex(@" -o (?<file>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OutputFile();
}
