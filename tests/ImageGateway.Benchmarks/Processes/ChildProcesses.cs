using System.Diagnostics;

namespace ImageGateway.Benchmarks.Processes;

/// <summary>The children of this run and their directory of temporary files; both go when it is disposed of.</summary>
internal sealed class ChildProcesses : IDisposable
{
    // A shell that outlives even a killed benchmark: when its input closes, it ends those whose ids were written to it.
    private const string Reaper =
        "trap '' INT TERM HUP; d=$0; while read p; do all=\"$all $p\"; done; kill $all; sleep 3; kill -9 $all; rm -rf \"$d\"";

    private readonly List<ChildProcess> children = [];
    private readonly Process reaper;

    public ChildProcesses()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("imagegateway-bench-").FullName;
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec 2>/dev/null; {Reaper}", Directory])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        reaper = Process.Start(start) ?? throw new InvalidOperationException("The shell did not start.");
    }

    /// <summary>For configuration, logs and data of the children.</summary>
    public string Directory { get; }

    public IReadOnlyList<ChildProcess> All => children;

    public ChildProcess Start(ChildCommand command)
    {
        var child = ChildProcess.Start(command, Path.Combine(Directory, command.Name + ".log"));
        children.Add(child);
        reaper.StandardInput.WriteLine(child.Id);
        reaper.StandardInput.Flush();
        return child;
    }

    public void Dispose()
    {
        children.ForEach(child => child.Dispose());
        reaper.Kill();
        reaper.WaitForExit();
        reaper.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
