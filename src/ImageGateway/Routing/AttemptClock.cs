using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>
/// Ends an attempt when the client disconnects, the gateway stops, or the provider is silent for too long. Progress restarts the
/// timeout.
/// </summary>
internal sealed class AttemptClock : IDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _leaving;
    private readonly CancellationTokenRegistration _stopping;
    private readonly CancellationToken _clientGone;
    private readonly CancellationToken _stop;
    private readonly TimeSpan _limit;

    public AttemptClock(TimeSpan limit, TimeProvider time, CancellationToken clientGone, CancellationToken stop)
    {
        (_limit, _clientGone, _stop) = (limit, clientGone, stop);
        _end = new CancellationTokenSource(limit, time);
        _leaving = clientGone.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
        _stopping = stop.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
    }

    /// <summary>Cancelled when the attempt must end.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Why the gateway ended the attempt itself; null: it did not, or the client disconnected.</summary>
    public GatewayError? Error => _stop.IsCancellationRequested ? new GatewayError(ErrorKind.Stopped, "The gateway stopped before the provider had answered.")
        : _end.IsCancellationRequested && !_clientGone.IsCancellationRequested ? new GatewayError(ErrorKind.UpstreamTimeout, $"The provider sent nothing for {_limit.TotalSeconds:0.##} seconds.")
        : null;

    /// <summary>The provider has sent something.</summary>
    public void Progressed() => _end.CancelAfter(_limit);

    /// <summary>The gateway waits for the client: the provider's timeout is off until <see cref="Progressed"/>.</summary>
    public void Waits() => _end.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _leaving.Dispose();
        _stopping.Dispose();
        _end.Dispose();
    }
}
