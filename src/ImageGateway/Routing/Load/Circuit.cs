using ImageGateway.Providers;
using Polly;
using Polly.CircuitBreaker;

namespace ImageGateway.Routing.Load;

/// <summary>
/// A target's circuit breaker: Polly's, told of outcomes when calls have ended, so that a call costs it nothing while it runs.
/// Open, it lets nothing through until one call at a time may try again. Thread-safe.
/// </summary>
internal sealed class Circuit
{
    private readonly ResiliencePipeline<bool> _pipeline;
    private readonly TimeProvider _time;
    // In ticks, 0 while it is closed: read without a lock.
    private long _openUntil;
    private int _trying;

    public Circuit(CircuitOptions options, TimeProvider time)
    {
        (Options, _time) = (options, time);
        _pipeline = new ResiliencePipelineBuilder<bool> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
            {
                FailureRatio = options.FailureRatio,
                MinimumThroughput = options.MinimumThroughput,
                SamplingDuration = options.Window,
                BreakDuration = options.Break,
                ShouldHandle = arguments => ValueTask.FromResult(!arguments.Outcome.Result),
                OnOpened = arguments => Set(time.GetUtcNow() + arguments.BreakDuration),
                OnClosed = _ => Set(null),
            })
            .Build();
    }

    /// <summary>The options it was made with.</summary>
    public CircuitOptions Options { get; }

    /// <summary>True while it is not closed.</summary>
    public bool IsOpen => Volatile.Read(ref _openUntil) != 0;

    /// <summary>How long it lets nothing through; zero: a call may be made, or tried.</summary>
    public TimeSpan Wait => !IsOpen ? TimeSpan.Zero
        : Volatile.Read(ref _trying) != 0 ? WaitingRoom.Unknown
        : TimeSpan.FromTicks(Math.Max(Volatile.Read(ref _openUntil) - _time.GetUtcNow().UtcTicks, 0));

    /// <summary>Lets a call in; false when the circuit is open, or another call is trying it. <see cref="Leave"/> must follow, after <see cref="Record"/> where the call says something of the target.</summary>
    public bool TryEnter() => !IsOpen || (Wait == TimeSpan.Zero && Interlocked.Exchange(ref _trying, 1) == 0);

    /// <summary>A call has ended well, or has failed in the target's doing.</summary>
    public void Record(bool succeeded)
    {
        try
        {
            _pipeline.Execute(static outcome => outcome, succeeded);
        }
        catch (BrokenCircuitException)
        {
            // It opened while the call ran.
        }
    }

    /// <summary>A call is over. Without an outcome it has proved nothing, and the next one may try.</summary>
    public void Leave() => Volatile.Write(ref _trying, 0);

    private ValueTask Set(DateTimeOffset? until)
    {
        Volatile.Write(ref _openUntil, until?.UtcTicks ?? 0);
        return ValueTask.CompletedTask;
    }
}
