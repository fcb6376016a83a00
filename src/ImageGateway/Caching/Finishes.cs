namespace ImageGateway.Caching;

/// <summary>Jobs that go on without their clients: a bounded number, each for a bounded time.</summary>
internal sealed class Finishes
{
    /// <summary>Most of them in this process.</summary>
    public const int Most = 256;

    /// <summary>The longest that one goes on.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private int _count;

    /// <summary>How many there are now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>One more; false when there are enough.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Most)
            return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
