using System.Diagnostics;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;
using Microsoft.AspNetCore.Builder;

namespace ImageGateway.SystemTests.Deploy;

/// <summary>The image without a container engine: what it holds, published as its Dockerfile does, and run with its environment and entry point.</summary>
public sealed partial class PublishTests : IDisposable
{
    private const long LargestImage = 150_000_000;

    // With the runtime's host; the Dockerfile says whose figure it is.
    private const long BelowTheRuntime = 13_500_000;

    private readonly TemporaryFolder _folder = new();
    private readonly string _dockerfile = File.ReadAllText(Repository.File("Dockerfile")).Replace("\\\n", " ", StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Published_program_runs_with_the_images_environment_and_answers_its_health_check()
    {
        var app = await PublishAsync();
        // The base image has the same files of the runtime as this machine.
        var (output, runtime) = (Size(app), Size(RuntimeEnvironment.GetRuntimeDirectory()) + Size(Path.GetDirectoryName(typeof(WebApplication).Assembly.Location)!));
        Assert.True(output + runtime + BelowTheRuntime < LargestImage, $"output {output}, runtime {runtime}");
        Assert.True(runtime > 80_000_000, $"runtime {runtime}");
        using (var image = new PEReader(File.OpenRead(Path.Combine(app, "ImageGateway.dll"))))
            Assert.NotEqual(0, image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size); // compiled ahead

        Assert.All(["index.html", "vendor/chart.js"], file => Assert.True(File.Exists(Path.Combine(app, "dashboard", file)), file));

        var data = Path.Combine(_folder.Path, "data");
        Directory.CreateDirectory(data);
        var before = Files(app);
        var command = Words("ENTRYPOINT");
        using var gateway = Start(app, command, data, redirect: true);
        try
        {
            var health = Words("HEALTHCHECK.* CMD");
            await Until.TrueAsync(() => Health(app, health, data) == 0 || gateway.HasExited, "the health check of the image");
            Assert.False(gateway.HasExited, "the program has ended");
            Assert.Contains("gateway.db", Directory.EnumerateFiles(data).Select(Path.GetFileName));
            Assert.Equal(before, Files(app));
        }
        finally
        {
            if (!gateway.HasExited)
                gateway.Kill();
            await gateway.WaitForExitAsync();
        }
    }

    // The Dockerfile's own flags; it is built aside, so that nothing of the tests' build is touched.
    private async Task<string> PublishAsync()
    {
        var flags = Publish().Match(_dockerfile).Groups["flags"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(flag => flag != "--no-restore");
        var app = Path.Combine(_folder.Path, "app");
        var architecture = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        var source = Copied();
        string[] args = ["publish", Path.Combine(source, "src", "ImageGateway"), .. flags.Select(flag => flag == "${TARGETARCH:-amd64}" ? architecture : flag), "-o", app, "--artifacts-path", Path.Combine(_folder.Path, "artifacts"), "--nologo"];
        using var publish = Process.Start(new ProcessStartInfo("dotnet", args) { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = source })!;
        var output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, output);
        return app;
    }

    // What the build has in the image, and nothing else of the repository.
    private string Copied()
    {
        var source = Path.Combine(_folder.Path, "source");
        foreach (Match copy in Copy().Matches(_dockerfile[_dockerfile.IndexOf("AS build", StringComparison.Ordinal).._dockerfile.LastIndexOf("FROM ", StringComparison.Ordinal)]))
        {
            string[] words = copy.Groups["words"].Value.Split(' ');
            foreach (var word in words[..^1])
                CopyTo(Repository.File(word), Path.Combine(source, words[^1], words[^1].EndsWith('/') ? Path.GetFileName(word) : ""));
        }
        var modules = Path.Combine("src", "ImageGateway", "Dashboard", "node_modules");
        if (Directory.Exists(Repository.File(modules)))
            CopyTo(Repository.File(modules), Path.Combine(source, modules));
        return source;
    }

    private static void CopyTo(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to, overwrite: true);
            return;
        }
        foreach (var entry in Directory.EnumerateFileSystemEntries(from).Where(entry => Path.GetFileName(entry) is not ("bin" or "obj" or "node_modules"))) // .dockerignore
            CopyTo(entry, Path.Combine(to, Path.GetFileName(entry)));
    }

    private int Health(string app, string[] command, string data)
    {
        using var check = Start(app, command, data, redirect: true);
        check.WaitForExit();
        return check.ExitCode;
    }

    private Process Start(string app, string[] command, string data, bool redirect)
    {
        var start = new ProcessStartInfo(Path.Combine(app, command[0]), command[1..]) { WorkingDirectory = app, UseShellExecute = false, RedirectStandardOutput = redirect, RedirectStandardError = redirect };
        foreach (Match variable in Variable().Matches(_dockerfile[_dockerfile.IndexOf("ENV ", StringComparison.Ordinal).._dockerfile.IndexOf("USER ", StringComparison.Ordinal)]))
            start.Environment[variable.Groups["name"].Value] = variable.Groups["value"].Value.Trim('"').Replace("/data", data, StringComparison.Ordinal).Replace("8080", $"{Port}", StringComparison.Ordinal);
        start.Environment["GATEWAY_URL"] = $"http://127.0.0.1:{Port}";
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static int Port { get; } = ImageGateway.Tests.Databases.RedisServer.FreePort();

    private string[] Words(string instruction) => [.. Quoted().Matches(Regex.Match(_dockerfile, $@"^\s*{instruction} \[(.*)\]", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Groups[1].Value).Select(word => word.Groups["word"].Value)];

    private static long Size(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    private static List<string> Files(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order()];

    [GeneratedRegex(@"dotnet publish src/ImageGateway (?<flags>.*?) -o ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Publish();

    [GeneratedRegex(@"^COPY (?<words>[^-].*)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Copy();

    [GeneratedRegex(@"(?<name>[A-Za-z_]+)=(?<value>""[^""]*""|\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"""(?<word>[^""]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();
}
