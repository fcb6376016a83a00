using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Processes;

/// <summary>The gateway as an operator starts it: its own process, in a folder of its own, without any of our environment.</summary>
internal sealed class GatewayProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string Program =
        Path.GetFullPath(typeof(GatewayProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "GatewayProgram").Value!);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Process _process;

    private GatewayProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IReadOnlyList<string> Output => [.. _output];

    public IReadOnlyList<string> Errors => [.. _errors];

    public int Id => _process.Id;

    public static GatewayProcess Start(string folder, IEnumerable<string> args, params (string Name, string Value)[] environment) => Start([], folder, args, environment);

    /// <summary>Starts it under another program, which ends as the gateway in the same process.</summary>
    public static GatewayProcess Start(string[] under, string folder, IEnumerable<string> args, params (string Name, string Value)[] environment)
    {
        string[] command = [.. under, "dotnet", Program, .. args];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new GatewayProcess(start);
    }

    /// <summary>Waits for a line of the output.</summary>
    public async Task<string> LineAsync(string part)
    {
        await Until.TrueAsync(() => _process.HasExited || Output.Any(line => line.Contains(part, StringComparison.Ordinal)), $"a line with '{part}'");
        return Output.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) ?? throw new InvalidOperationException(string.Join('\n', Output.Concat(Errors)));
    }

    /// <summary>Asks it to end, as Kubernetes and systemd do.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends it with no chance to do anything about it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Its exit code, once it has ended by itself.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static bool IsOurs(string name) =>
        name is "OPENAI_API_KEY" or "URLS" || name.StartsWith("AZURE_", StringComparison.Ordinal) || name.StartsWith("GATEWAY_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.StartsWith("DOTNET_ENV", StringComparison.Ordinal);

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is null)
            return;
        lines.Enqueue(line);
        LogScan.Read(line);
    }
}
