namespace ImageGateway.Routing;

/// <summary>Ends an attempt when the client leaves, or when nothing has come from the provider for a while. Progress winds it up again.</summary>
internal sealed class AttemptClock : IDisposable
{
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _limit;

    public AttemptClock(TimeSpan limit, TimeProvider time, CancellationToken clientGone)
    {
        _limit = limit;
        _idle = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, clientGone);
    }

    /// <summary>Cancelled when the attempt must end.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>True when the provider was silent for too long.</summary>
    public bool TimedOut => _idle.IsCancellationRequested;

    /// <summary>The provider has sent something.</summary>
    public void Progressed() => _idle.CancelAfter(_limit);

    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
    }
}
