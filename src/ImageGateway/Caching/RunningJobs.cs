namespace ImageGateway.Caching;

/// <summary>
/// The jobs in progress: those that go on without their clients, a bounded number, each for a bounded time; and when the
/// gateway stops, the end of all.
/// </summary>
internal sealed class RunningJobs : IDisposable
{
    /// <summary>Most that go on without a client.</summary>
    public const int Most = 256;

    /// <summary>The longest that one goes on.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _over = new();
    private int _count;
    private int _jobs;

    /// <summary>How many go on without a client now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many jobs are in progress, with a client or without.</summary>
    public int Jobs => Volatile.Read(ref _jobs);

    /// <summary>Cancelled when the gateway stops and has waited long enough.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>A job of this client is in progress until the result is disposed; in the end its connection is closed.</summary>
    public Job Begin(HttpContext http)
    {
        Interlocked.Increment(ref _jobs);
        return new Job(this, Over.UnsafeRegister(static http => ((HttpContext)http!).Abort(), http));
    }

    /// <summary>One more goes on without its client; false when there are enough, or the end has come.</summary>
    public bool TryEnter()
    {
        if (_over.IsCancellationRequested)
            return false;
        if (Interlocked.Increment(ref _count) <= Most)
            return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);

    /// <summary>Ends all.</summary>
    public void End() => _over.Cancel();

    public void Dispose() => _over.Dispose();

    internal readonly struct Job(RunningJobs all, CancellationTokenRegistration end) : IDisposable
    {
        public void Dispose()
        {
            end.Dispose();
            Interlocked.Decrement(ref all._jobs);
        }
    }
}
