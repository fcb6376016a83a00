using System.Numerics;

namespace ImageGateway.Benchmarks.Load;

/// <summary>Latencies in nanoseconds in log-linear buckets, 64 to a power of two: fixed memory, at most 1.6 % off.</summary>
internal sealed class Histogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] counts = new long[(64 - SubBits) * SubBuckets];

    public long Count { get; private set; }

    public void Add(TimeSpan latency)
    {
        counts[IndexOf((long)latency.TotalNanoseconds)]++;
        Count++;
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < counts.Length; i++)
            counts[i] += other.counts[i];
        Count += other.Count;
    }

    /// <summary>The latency below which <paramref name="share"/> (0 to 1) of all lie; zero when there are none.</summary>
    public TimeSpan Percentile(double share)
    {
        var rank = (long)Math.Ceiling(Count * share);
        for (var i = 0; i < counts.Length; i++)
        {
            rank -= counts[i];
            if (rank <= 0)
                return Count == 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(MiddleOf(i) / 1000d);
        }
        return TimeSpan.Zero;
    }

    private static int IndexOf(long value)
    {
        if (value < SubBuckets)
            return (int)Math.Max(value, 0);
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long MiddleOf(int index)
    {
        var shift = Math.Max((index / SubBuckets) - 1, 0);
        return ((long)(index - (shift * SubBuckets)) << shift) + ((1L << shift) / 2);
    }
}
