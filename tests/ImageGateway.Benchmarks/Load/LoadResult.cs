namespace ImageGateway.Benchmarks.Load;

/// <summary>What one closed-loop run did.</summary>
internal sealed record LoadResult(long Requests, TimeSpan Elapsed, Histogram Latency)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;
}
