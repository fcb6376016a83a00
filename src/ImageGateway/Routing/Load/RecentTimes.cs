namespace ImageGateway.Routing.Load;

/// <summary>The last times to completion of a target and their median. Not thread-safe.</summary>
internal sealed class RecentTimes
{
    private const int Kept = 32;
    private const int Refreshed = 8;

    private readonly double[] _milliseconds = new double[Kept];
    private int _count;

    /// <summary>The median in milliseconds; 0 before anything was measured.</summary>
    public double Median { get; private set; }

    public void Add(double milliseconds)
    {
        _milliseconds[_count++ % Kept] = milliseconds;
        // Sorting after every call would cost more than all its other bookkeeping.
        if (_count > Kept && _count % Refreshed != 0)
            return;
        Span<double> sorted = stackalloc double[Kept];
        sorted = sorted[..Math.Min(_count, Kept)];
        _milliseconds.AsSpan(0, sorted.Length).CopyTo(sorted);
        sorted.Sort();
        Median = sorted[sorted.Length / 2];
    }
}
