using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// The jobs in progress: those that continue without their clients, limited in number and time; and, when the gateway stops,
/// their common end.
/// </summary>
internal sealed class RunningJobs(TimeProvider time) : IDisposable
{
    /// <summary>Most jobs that continue without a client.</summary>
    public const int Most = 256;

    /// <summary>The longest time that one continues.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    // Enough to tell a client why its job ended.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenSource _aborting = new(Timeout.InfiniteTimeSpan, time);
    private int _count;
    private int _jobs;

    /// <summary>How many jobs run without a client now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many jobs are in progress, with a client or without.</summary>
    public int Jobs => Volatile.Read(ref _jobs);

    /// <summary>Cancelled when the gateway stops and the drain timeout is over: calls to providers end, and clients are told so.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>A wait before a job's first call, which ends with all jobs.</summary>
    /// <param name="wait">The wait, which ends when its token is cancelled.</param>
    /// <param name="client">Cancelled when the client disconnects.</param>
    /// <exception cref="GatewayException">The gateway stopped; nothing was called, so the client may try again at once.</exception>
    public async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> wait, CancellationToken client)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(client, Over);
        try
        {
            return await wait(end.Token);
        }
        catch (OperationCanceledException e) when (Over.IsCancellationRequested && !client.IsCancellationRequested)
        {
            throw new GatewayException(new GatewayError(ErrorKind.Stopped, "The gateway stopped before the job could begin. Please try again.") { RetryAfter = TimeSpan.FromSeconds(1) }, e);
        }
    }

    /// <summary>Counts a job of this client until the result is disposed; if it goes on after all jobs were ended, its connection is closed.</summary>
    public Job Begin(HttpContext http)
    {
        Interlocked.Increment(ref _jobs);
        return new Job(this, _aborting.Token.UnsafeRegister(static http => ((HttpContext)http!).Abort(), http));
    }

    /// <summary>Counts one more job without a client; false when there are too many, or all were ended.</summary>
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

    /// <summary>Ends all jobs.</summary>
    public void End()
    {
        _over.Cancel();
        _aborting.CancelAfter(Farewell);
    }

    public void Dispose()
    {
        _over.Dispose();
        _aborting.Dispose();
    }

    internal readonly struct Job(RunningJobs all, CancellationTokenRegistration end) : IDisposable
    {
        public void Dispose()
        {
            end.Dispose();
            Interlocked.Decrement(ref all._jobs);
        }
    }
}
