namespace ImageGateway.Routing;

/// <summary>Ends an attempt when the client disconnects, or when the provider is silent for too long. Progress restarts the timeout.</summary>
internal sealed class AttemptClock : IDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _leaving;
    private readonly CancellationToken _clientGone;
    private readonly TimeSpan _limit;

    public AttemptClock(TimeSpan limit, TimeProvider time, CancellationToken clientGone)
    {
        (_limit, _clientGone) = (limit, clientGone);
        _end = new CancellationTokenSource(limit, time);
        _leaving = clientGone.UnsafeRegister(end => ((CancellationTokenSource)end!).Cancel(), _end);
    }

    /// <summary>Cancelled when the attempt must end.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>True when the provider was silent for too long.</summary>
    public bool TimedOut => _end.IsCancellationRequested && !_clientGone.IsCancellationRequested;

    /// <summary>The provider has sent something.</summary>
    public void Progressed() => _end.CancelAfter(_limit);

    /// <summary>The gateway waits for the client: the provider's timeout is off until <see cref="Progressed"/>.</summary>
    public void Waits() => _end.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _leaving.Dispose();
        _end.Dispose();
    }
}
