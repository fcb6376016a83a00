using ImageGateway.Simulator.Faults;

namespace ImageGateway.Simulator.Answers;

/// <summary>All waits, by the simulator's clock or until a fault is over; they end when the client disconnects or the simulator stops.</summary>
internal sealed class Pause(SimulatorOptions options, IHostApplicationLifetime lifetime)
{
    public async Task BeforeAnswerAsync(Fault fault, CancellationToken cancellationToken)
    {
        await ForAsync(options.ResponseDelay + TimeSpan.FromMilliseconds(fault.DelayMilliseconds), cancellationToken);
        if (fault.Hang)
            await HangAsync(fault, cancellationToken);
    }

    public Task ForEventAsync(Fault fault, CancellationToken cancellationToken) =>
        ForAsync(options.EventDelay + TimeSpan.FromMilliseconds(fault.EventDelayMilliseconds), cancellationToken);

    public Task WithinAnswerAsync(Fault fault, CancellationToken cancellationToken) =>
        fault.PauseMilliseconds is { } time ? ForAsync(TimeSpan.FromMilliseconds(time), cancellationToken) : HangAsync(fault, cancellationToken);

    public Task HangAsync(Fault fault, CancellationToken cancellationToken) => UntilAsync(fault.Released.WaitAsync, cancellationToken);

    private Task ForAsync(TimeSpan time, CancellationToken cancellationToken) =>
        time == TimeSpan.Zero ? Task.CompletedTask : UntilAsync(token => Task.Delay(time, options.TimeProvider, token), cancellationToken);

    private async Task UntilAsync(Func<CancellationToken, Task> wait, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await wait(either.Token);
    }
}
