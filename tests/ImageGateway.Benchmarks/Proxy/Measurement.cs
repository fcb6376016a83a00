using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>One system under one case in one round. Latencies in milliseconds, CPU of the system's own processes.</summary>
internal sealed record Measurement(long Requests, double PerSecond, double P50, double P99, double CpuSecondsPerThousand, double PeakBytes, Heap? Heap)
{
    /// <summary>Runs the case on the system for that long.</summary>
    /// <exception cref="LoadException">A request failed.</exception>
    public static Measurement Take(ProxyCase proxyCase, ProxySystem system, TimeSpan duration, CancellationToken cancellationToken)
    {
        var process = system.Process.Id;
        var cpu = 0d;
        ProcessTree.ResetPeak(process);
        var heap = Proxy.Heap.Of(system);
        using var loop = new ClosedLoop(proxyCase.RequestsTo(system), system.Port, proxyCase.Callers);
        var result = loop.Run(duration, () => cpu = ProcessTree.CpuSeconds(process), cancellationToken);
        cpu = ProcessTree.CpuSeconds(process) - cpu;
        return new Measurement(
            result.Requests,
            result.PerSecond,
            result.Latency.Percentile(0.50).TotalMilliseconds,
            result.Latency.Percentile(0.99).TotalMilliseconds,
            1000 * cpu / result.Requests,
            ProcessTree.PeakBytes(process),
            Proxy.Heap.Of(system) - heap);
    }
}
