using System.Diagnostics;
using System.Net.Sockets;

namespace ImageGateway.Benchmarks.Processes;

/// <summary>What to start: a program, its arguments, and what it needs around it.</summary>
internal sealed record ChildCommand(string Name, string Program, params string[] Arguments)
{
    /// <summary>Where it runs; its own directory when null.</summary>
    public string? Directory { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>A running child whose output goes to a file, ended with its descendants on disposal.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process process;
    private readonly string log;

    private ChildProcess(Process process, string name, string log) => (this.process, Name, this.log) = (process, name, log);

    public string Name { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Starts it through a shell that redirects and then becomes the program: no pipe to drain while measuring.</summary>
    public static ChildProcess Start(ChildCommand command, string log)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", log, command.Program, .. command.Arguments])
        {
            WorkingDirectory = command.Directory,
            UseShellExecute = false,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        var started = Process.Start(start) ?? throw new InvalidOperationException($"{command.Name} did not start.");
        return new ChildProcess(started, command.Name, log);
    }

    /// <summary>Waits until something listens on its port.</summary>
    /// <exception cref="TimeoutException">Nothing does in time.</exception>
    public void WaitUntilItListens(int port, TimeSpan time)
    {
        var begin = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (!HasExited && Stopwatch.GetElapsedTime(begin) < time)
            {
                Thread.Sleep(50);
            }
            catch (SocketException e)
            {
                throw new TimeoutException($"{Name} does not listen: {Output()}", e);
            }
        }
    }

    /// <summary>The last lines that it printed.</summary>
    public string Output() => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(20)) : "";

    /// <summary>Ends it and its descendants with no chance to do anything about it.</summary>
    public void Kill()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }
}
