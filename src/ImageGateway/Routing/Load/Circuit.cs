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
    // When the call began that tries it, in ticks; 0: none does.
    private long _trying;

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
    /// <param name="now">When the call begins, by which it is known again.</param>
    public bool TryEnter(DateTimeOffset now) => !IsOpen || (Wait == TimeSpan.Zero && Interlocked.CompareExchange(ref _trying, now.UtcTicks, 0) == 0);

    /// <summary>A call has ended well, or has failed in the target's doing. While the circuit is open only the one that tries it counts: the others are older.</summary>
    public void Record(bool succeeded, DateTimeOffset began)
    {
        if (IsOpen && Volatile.Read(ref _trying) != began.UtcTicks)
            return;
        try
        {
            _pipeline.Execute(static outcome => outcome, succeeded);
        }
        catch (BrokenCircuitException)
        {
            // It opened just now.
        }
    }

    /// <summary>A call is over. Without an outcome it has proved nothing, and the next one may try.</summary>
    public void Leave(DateTimeOffset began) => Interlocked.CompareExchange(ref _trying, 0, began.UtcTicks);

    private ValueTask Set(DateTimeOffset? until)
    {
        Volatile.Write(ref _openUntil, until?.UtcTicks ?? 0);
        return ValueTask.CompletedTask;
    }
}
