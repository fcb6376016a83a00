using ImageGateway.Providers;

namespace ImageGateway.Routing.Load;

/// <summary>The status of a target: its health, and how much of its capacity is taken. Thread-safe.</summary>
internal sealed class TargetStatus(TimeProvider time)
{
    private const int OutcomesKept = 100;

    private readonly Lock _lock = new();
    private readonly SlidingWindow _requests = new();
    private readonly SlidingWindow _images = new();
    private readonly RecentTimes _times = new();
    private readonly Queue<bool> _outcomes = new();
    private int _inFlight;
    private DateTimeOffset _restsUntil;
    private DateTimeOffset _fullUntil;
    private Circuit? _circuit;

    /// <summary>True while an operator has it drained.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>Its circuit breaker; a new one when the options changed.</summary>
    public Circuit Circuit(Target target)
    {
        lock (_lock)
            return CircuitOf(target);
    }

    /// <summary>Health and capacity for a job of so many calls and images.</summary>
    public TargetLoad Load(Target target, int calls, int images)
    {
        lock (_lock)
        {
            var (circuit, now) = (CircuitOf(target), time.GetUtcNow());
            var rests = _restsUntil > now ? _restsUntil - now : TimeSpan.Zero;
            var state = IsDrained ? TargetState.Drained : circuit.IsOpen ? TargetState.Open : rests > TimeSpan.Zero ? TargetState.Resting : TargetState.Healthy;
            return new TargetLoad(state, Longest(rests, circuit.Wait, RoomIn(target, now, calls, images)), _times.Median);
        }
    }

    /// <summary>
    /// Takes capacity for a job and returns the time, which identifies the calls later; false, with nothing taken, when there
    /// is none now.
    /// </summary>
    public bool TryTake(Target target, int calls, int images, out DateTimeOffset now)
    {
        lock (_lock)
        {
            now = time.GetUtcNow();
            if (IsDrained || _restsUntil > now || RoomIn(target, now, calls, images) > TimeSpan.Zero || !CircuitOf(target).TryEnter(now))
                return false;
            // Without a limit nothing is counted: a window holds no more entries than its limit.
            _requests.Take(now, target.RequestsPerMinute is null ? 0 : calls);
            _images.Take(now, target.ImagesPerMinute is null ? 0 : images);
            _inFlight += calls;
            return true;
        }
    }

    /// <summary>No call was made: what was taken of the 60-s window then is free again. <see cref="Release"/> must follow.</summary>
    public void GiveBack(Target target, int calls, int images, DateTimeOffset taken)
    {
        lock (_lock)
        {
            _requests.GiveBack(taken, target.RequestsPerMinute is null ? 0 : calls);
            _images.GiveBack(taken, target.ImagesPerMinute is null ? 0 : images);
        }
    }

    /// <summary>Ends the calls whose capacity was taken at that time.</summary>
    public void Release(Target target, int calls, DateTimeOffset taken)
    {
        Circuit(target).Leave(taken);
        lock (_lock)
            _inFlight -= calls;
    }

    /// <summary>The provider asks for a pause.</summary>
    public void Rest(TimeSpan wait)
    {
        lock (_lock)
        {
            var until = time.GetUtcNow() + wait;
            _restsUntil = until > _restsUntil ? until : _restsUntil;
        }
    }

    /// <summary>Other replicas have used up its limits for this long.</summary>
    public void Full(TimeSpan wait)
    {
        lock (_lock)
            _fullUntil = time.GetUtcNow() + wait;
    }

    /// <summary>Drains the target.</summary>
    public void Drain()
    {
        lock (_lock)
            IsDrained = true;
    }

    /// <summary>Enables the target again, without any rest and with its circuit closed.</summary>
    public void Enable()
    {
        lock (_lock)
            (IsDrained, _restsUntil, _circuit) = (false, default, null);
    }

    /// <summary>Takes over the provider's report of the calls and images left in this minute; null: not reported.</summary>
    public void Correct(Target target, int? calls, int? images)
    {
        lock (_lock)
        {
            if (target.RequestsPerMinute is { } requestLimit && calls is { } callsLeft)
                _requests.Correct(time.GetUtcNow(), callsLeft, requestLimit);
            if (target.ImagesPerMinute is { } imageLimit && images is { } imagesLeft)
                _images.Correct(time.GetUtcNow(), imagesLeft, imageLimit);
        }
    }

    /// <summary>Records a call's success (null) or failure; an invalid or refused request does not count against the target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="failure">Its failure.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="taken">When capacity was taken for it.</param>
    public void Record(Target target, FailureKind? failure, TimeSpan duration, DateTimeOffset taken)
    {
        var succeeded = failure is null or FailureKind.Request or FailureKind.Refusal;
        // A rate limit or a wrong key makes the target rest; the circuit breaker is for broken targets.
        Circuit(target).Record(failure is not (FailureKind.Broken or FailureKind.MayBill), taken);
        lock (_lock)
        {
            // The speed of a failure says nothing about the target's speed.
            if (failure is null)
                _times.Add(duration.TotalMilliseconds);
            _outcomes.Enqueue(succeeded);
            if (_outcomes.Count > OutcomesKept)
                _outcomes.Dequeue();
        }
    }

    /// <summary>Calls and images left in this minute, calls that may begin beside those in flight (null: not limited), and the share of failures among the last calls, 0 to 1.</summary>
    public (int? RequestsLeft, int? ImagesLeft, int? ConcurrentLeft, double ErrorShare) Figures(Target target)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var errors = _outcomes.Count == 0 ? 0 : (double)_outcomes.Count(ok => !ok) / _outcomes.Count;
            return (Left(target.RequestsPerMinute, _requests.Used(now)), Left(target.ImagesPerMinute, _images.Used(now)), Left(target.Concurrent, _inFlight), errors);
        }
    }

    private static int? Left(int? limit, int used) => limit is { } most ? Math.Max(most - used, 0) : null;

    private Circuit CircuitOf(Target target) =>
        _circuit is { } made && made.Options == target.Circuit ? made : _circuit = new Circuit(target.Circuit, time);

    private TimeSpan RoomIn(Target target, DateTimeOffset now, int calls, int images)
    {
        // The duration of a call in flight cannot be predicted; its end is signalled.
        var busy = target.Concurrent is { } most && _inFlight > 0 && _inFlight + calls > most;
        return busy ? WaitingRoom.Unknown : Longest(_requests.Wait(now, calls, target.RequestsPerMinute), _images.Wait(now, images, target.ImagesPerMinute), _fullUntil > now ? _fullUntil - now : TimeSpan.Zero);
    }

    private static TimeSpan Longest(TimeSpan a, TimeSpan b, TimeSpan c) => a > b ? (a > c ? a : c) : (b > c ? b : c);
}
