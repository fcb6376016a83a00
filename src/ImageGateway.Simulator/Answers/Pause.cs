using ImageGateway.Simulator.Faults;

namespace ImageGateway.Simulator.Answers;

/// <summary>All waiting, by the simulator's clock; it ends when the client goes or the simulator stops.</summary>
internal sealed class Pause(SimulatorOptions options, IHostApplicationLifetime lifetime)
{
    public Task BeforeAnswerAsync(Fault fault, CancellationToken cancellationToken) =>
        ForAsync(options.ResponseDelay + TimeSpan.FromMilliseconds(fault.DelayMilliseconds), cancellationToken);

    public Task ForEventAsync(Fault fault, CancellationToken cancellationToken) =>
        ForAsync(options.EventDelay + TimeSpan.FromMilliseconds(fault.EventDelayMilliseconds), cancellationToken);

    public Task WithinAnswerAsync(Fault fault, CancellationToken cancellationToken) => ForAsync(TimeSpan.FromMilliseconds(fault.PauseMilliseconds), cancellationToken);

    public Task ForeverAsync(CancellationToken cancellationToken) => ForAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    private async Task ForAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time == TimeSpan.Zero)
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await Task.Delay(time, options.TimeProvider, either.Token);
    }
}
