using System.Diagnostics;
using System.Text.RegularExpressions;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Processes;

/// <summary>A gateway as the README starts it, which its snippets and those of the other documents use.</summary>
public sealed class ReadmeFixture : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();
    private GatewayProcess? _gateway;

    public string Url { get; private set; } = "";

    // The README's own first command, as what the tests have built.
    public async Task InitializeAsync()
    {
        _gateway = GatewayProcess.Start(_folder.Path, ["--urls", "http://127.0.0.1:0"], ("GATEWAY_ADMIN_KEY", Keys.Admin));
        Url = (await _gateway.LineAsync("ImageGateway listens on")).Split(' ')[^1];
    }

    public async Task DisposeAsync()
    {
        await _gateway!.TerminateAsync();
        Assert.Equal(0, await _gateway.ExitCodeAsync());
    }

    public void Dispose()
    {
        _gateway?.Dispose();
        _folder.Dispose();
    }

    /// <summary>Runs a program in a folder, which must succeed; its output.</summary>
    public async Task<string> RunAsync(string folder, string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GATEWAY_URL"] = Url;
        start.Environment["GATEWAY_ADMIN_KEY"] = Keys.Admin;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}{await output}");
        return await output;
    }
}

/// <summary>The blocks of code of a document.</summary>
internal static partial class Snippets
{
    public static List<(string Language, string Text)> Of(params string[] document) =>
        [.. Fence().Matches(File.ReadAllText(Repository.File(document))).Select(match => (match.Groups["language"].Value, match.Groups["text"].Value))];

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Fence();
}
