using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Processes;
using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Benchmarks.Reporting;

namespace ImageGateway.Benchmarks.Streams;

/// <summary>What it costs to hold streams that bring an event of 20 KB a second: memory of each, and processor time.</summary>
internal static class StreamsCommand
{
    private const int Streams = 200;

    // All have begun, and none has ended: each takes 19 s.
    private static readonly TimeSpan From = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private static readonly string[] Systems = [ProxySystem.Yarp, ProxySystem.Gateway, ProxySystem.Embedded];

    public static int Run()
    {
        using var children = new ChildProcesses();
        Console.WriteLine(Machine.Describe(TimeProvider.System));
        var table = new Table(1, "system", "MB before", "MB with 200", "KB a stream", "cores");
        foreach (var system in new SystemStart(children).All(Systems))
            Measure(system, table);
        Console.WriteLine(table.ToText(markdown: true));
        return 0;
    }

    private static void Measure(ProxySystem system, Table table)
    {
        // Compiled, with no more memory than one caller at a time leaves behind.
        Measurement.Take(ProxyCase.Parse("SSE/1"), system, TimeSpan.FromSeconds(10), CancellationToken.None);
        Measurement.Take(ProxyCase.Parse("2KB/16"), system, TimeSpan.FromSeconds(5), CancellationToken.None);
        var before = ProcessTree.ResidentBytes(system.Process.Id);
        using var loop = new ClosedLoop([Requests.For(Answers.Slow)], system.Port, Streams);
        var run = Task.Run(() => loop.Run(TimeSpan.FromSeconds(1), () => { }, CancellationToken.None));
        Thread.Sleep(From);
        var cpu = ProcessTree.CpuSeconds(system.Process.Id);
        Thread.Sleep(Length);
        var (during, cores) = (ProcessTree.ResidentBytes(system.Process.Id), (ProcessTree.CpuSeconds(system.Process.Id) - cpu) / Length.TotalSeconds);
        var result = run.GetAwaiter().GetResult();
        if (result.Requests != Streams)
            throw new LoadException($"{system.Name}: {result.Requests} of {Streams} streams were whole.");
        table.Add(system.Name, $"{before / 1e6:0}", $"{during / 1e6:0}", $"{(during - before) / 1024d / Streams:0.0}", $"{cores:0.00}");
    }
}
