using ImageGateway.Providers;
using Polly;
using Polly.CircuitBreaker;

namespace ImageGateway.Routing.Load;

/// <summary>
/// A target's circuit breaker: Polly's, fed with outcomes after calls have ended, so that it costs nothing while a call runs.
/// While open it lets nothing through, then one trial call at a time. Thread-safe.
/// </summary>
internal sealed class Circuit
{
    private readonly ResiliencePipeline<bool> _pipeline;
    private readonly TimeProvider _time;
    // In ticks, 0 while it is closed: read without a lock.
    private long _openUntil;
    // Start of the trial call, in ticks; 0: none is running.
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

    /// <summary>The options it was created with.</summary>
    public CircuitOptions Options { get; }

    /// <summary>True while it is not closed.</summary>
    public bool IsOpen => Volatile.Read(ref _openUntil) != 0;

    /// <summary>How long it stays closed to calls; zero: a call, or a trial call, may be made.</summary>
    public TimeSpan Wait => !IsOpen ? TimeSpan.Zero
        : Volatile.Read(ref _trying) != 0 ? WaitingRoom.Unknown
        : TimeSpan.FromTicks(Math.Max(Volatile.Read(ref _openUntil) - _time.GetUtcNow().UtcTicks, 0));

    /// <summary>
    /// Admits a call; false when the circuit is open, or a trial call is running. <see cref="Leave"/> must follow, after
    /// <see cref="Record"/> if the call has an outcome.
    /// </summary>
    /// <param name="now">The call's start, which identifies it later.</param>
    public bool TryEnter(DateTimeOffset now) => !IsOpen || (Wait == TimeSpan.Zero && Interlocked.CompareExchange(ref _trying, now.UtcTicks, 0) == 0);

    /// <summary>
    /// Records a success, or a failure caused by the target. While the circuit is open only the trial call counts: the others
    /// are older.
    /// </summary>
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
            // The circuit has just opened.
        }
    }

    /// <summary>Ends a call. Without an outcome it has proved nothing, and the next one may try.</summary>
    public void Leave(DateTimeOffset began) => Interlocked.CompareExchange(ref _trying, 0, began.UtcTicks);

    private ValueTask Set(DateTimeOffset? until)
    {
        Volatile.Write(ref _openUntil, until?.UtcTicks ?? 0);
        return ValueTask.CompletedTask;
    }
}
