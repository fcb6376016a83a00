namespace ImageGateway.Tests;

/// <summary>A clock that a test sets. Timers fire within <see cref="Advance"/>, each at its own moment, in order.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now
    {
        get => _now;
        set => Advance(value - _now);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>True while a timer is set.</summary>
    public bool HasTimer => Next(DateTimeOffset.MaxValue) is not null;

    /// <summary>Waits until another thread has set a timer.</summary>
    public async Task TimerAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (; !HasTimer; await Task.Yield())
            patience.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan by)
    {
        var end = _now + by;
        while (Next(end) is { } timer)
        {
            _now = timer.Due > _now ? timer.Due!.Value : _now;
            timer.Fire();
        }
        _now = end;
    }

    /// <summary>Lets time pass until the next timer fires, and no further.</summary>
    public void AdvanceToTimer()
    {
        var due = Next(DateTimeOffset.MaxValue)?.Due ?? throw new InvalidOperationException("no timer is set");
        Advance(due > _now ? due - _now : TimeSpan.Zero);
    }

    private Timer? Next(DateTimeOffset end)
    {
        lock (_lock)
            return _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
    }

    private sealed class Timer(ManualTime time, Action callback) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset? Due { get; private set; }

        public void Fire()
        {
            lock (time._lock)
                Due = _period > TimeSpan.Zero ? Due + _period : null;
            callback();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                _period = period;
                if (!time._timers.Contains(this))
                    time._timers.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
