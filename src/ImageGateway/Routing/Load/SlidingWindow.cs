namespace ImageGateway.Routing.Load;

/// <summary>Usage within the last 60 s, which is how deployments are metered. Not thread-safe.</summary>
internal sealed class SlidingWindow
{
    /// <summary>The length of the window.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    private readonly Queue<(DateTimeOffset At, int Count)> _taken = new();
    private int _sum;

    /// <summary>Taken within the window that ends <paramref name="now"/>.</summary>
    public int Used(DateTimeOffset now)
    {
        while (_taken.TryPeek(out var oldest) && now - oldest.At >= Length)
            _sum -= _taken.Dequeue().Count;
        return _sum;
    }

    /// <summary>Records that <paramref name="count"/> were taken.</summary>
    public void Take(DateTimeOffset now, int count)
    {
        if (count <= 0)
            return;
        _taken.Enqueue((now, count));
        _sum += count;
    }

    /// <summary>Gives back what was taken <paramref name="at"/> that time but not used.</summary>
    public void GiveBack(DateTimeOffset at, int count)
    {
        // Entries keep their order, since the oldest expires first. What has left the window has already been given back.
        for (var left = _taken.Count; left > 0; left--)
        {
            var entry = _taken.Dequeue();
            var back = entry.At == at ? Math.Min(count, entry.Count) : 0;
            (count, _sum) = (count - back, _sum - back);
            if (entry.Count > back)
                _taken.Enqueue((entry.At, entry.Count - back));
        }
    }

    /// <summary>How long until <paramref name="count"/>, at most the limit, fit under <paramref name="limit"/>; zero: now.</summary>
    public TimeSpan Wait(DateTimeOffset now, int count, int? limit)
    {
        var over = limit is { } most ? Used(now) + count - most : 0;
        if (over <= 0)
            return TimeSpan.Zero;
        foreach (var (at, taken) in _taken)
        {
            over -= taken;
            if (over <= 0)
                return at + Length - now;
        }
        return Length;
    }

    /// <summary>The provider reports that only <paramref name="left"/> of <paramref name="limit"/> are left: others use it too.</summary>
    public void Correct(DateTimeOffset now, int left, int limit) => Take(now, limit - Used(now) - Math.Max(left, 0));
}
