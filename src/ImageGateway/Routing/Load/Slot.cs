namespace ImageGateway.Routing.Load;

/// <summary>Capacity at a target, taken for one job; disposing frees it for the next call.</summary>
/// <param name="planned">The target.</param>
/// <param name="status">The target's status.</param>
/// <param name="taken">When it was taken.</param>
/// <param name="released">Called when it is free.</param>
internal sealed class Slot(PlannedTarget planned, TargetStatus status, DateTimeOffset taken, Action released) : IDisposable
{
    private int _disposed;

    /// <summary>The target.</summary>
    public PlannedTarget Planned => planned;

    /// <summary>When it was taken.</summary>
    public DateTimeOffset Taken => taken;

    /// <summary>Frees it unused: no call was made, so it does not count in the 60-s window either.</summary>
    public void GiveBack() => End(isUnused: true);

    public void Dispose() => End(isUnused: false);

    private void End(bool isUnused)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (isUnused)
            status.GiveBack(planned.Target, planned.Calls, planned.Dialect.Sent.Count, taken);
        status.Release(planned.Target, planned.Calls, taken);
        released();
    }
}
