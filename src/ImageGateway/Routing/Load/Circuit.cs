using ImageGateway.Providers;
using Polly;
using Polly.CircuitBreaker;

namespace ImageGateway.Routing.Load;

/// <summary>A target's circuit breaker: Polly's, told of outcomes; open, it lets nothing through until one call may try again.</summary>
internal sealed class Circuit
{
    private readonly ResiliencePipeline<bool> _pipeline;
    private readonly TimeProvider _time;
    // In ticks, 0 while it is closed: read without a lock.
    private long _openUntil;

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
                // A client that leaves says nothing of the target; as a probe it has proved nothing either.
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is OperationCanceledException ? IsOpen : !arguments.Outcome.Result),
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
    public TimeSpan Wait => TimeSpan.FromTicks(Math.Max(Volatile.Read(ref _openUntil) - _time.GetUtcNow().UtcTicks, 0));

    /// <summary>
    /// Makes a call through the circuit; <paramref name="call"/> returns false when it failed in the target's doing.
    /// Returns false, without a call, when the circuit is open or another call is trying it.
    /// </summary>
    public async Task<bool> TryAsync(Func<Task<bool>> call)
    {
        try
        {
            await _pipeline.ExecuteAsync(async (work, _) => await work(), call, CancellationToken.None);
            return true;
        }
        catch (BrokenCircuitException)
        {
            return false;
        }
    }

    private ValueTask Set(DateTimeOffset? until)
    {
        Volatile.Write(ref _openUntil, until?.UtcTicks ?? 0);
        return ValueTask.CompletedTask;
    }
}
