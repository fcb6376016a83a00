using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>How a flight ended: with an answer; with an error; or, neither, with an answer that could not be kept for others.</summary>
internal sealed record FlightEnd(StoredAnswer? Answer, GatewayException? Error = null)
{
    /// <summary>Under which key the answer lies, that of the model that drew it; null: it is stored nowhere.</summary>
    public string? StoredAs { get; init; }

    /// <summary>True when the leader's client knows of the error.</summary>
    public bool IsTold { get; init; }

    /// <summary>True when the leader failed by itself, or left: what it was told is for nobody else, and another takes its place.</summary>
    public bool IsOwn { get; init; }

    /// <summary>True when others would be told the same, and so need not ask.</summary>
    public bool IsRefusal => Error is { Error: var error } && Idempotency.IsRefusal(error);
}

/// <summary>A job that identical ones wait for instead of asking a provider too.</summary>
/// <param name="recording">What has come of its answer.</param>
/// <param name="leader">The job.</param>
internal sealed class Flight(AnswerRecording recording, ReplayAsk leader) : IDisposable
{
    private readonly ReplayAsk _leader = Hashed(leader);
    private readonly TaskCompletionSource<FlightEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _followers;

    public AnswerRecording Recording => recording;

    /// <summary>Whether its answer comes as events.</summary>
    public bool IsStream => _leader.Record.Job.Parameters.Stream;

    /// <summary>Whether its answer has begun.</summary>
    public bool HasBegun => _leader.Record.FirstByte is not null;

    /// <summary>Who draws, when its answer has begun.</summary>
    public (string Model, bool IsSimulated) Source => _leader.Record.Attempts is [.., var last] ? (last.Model, _leader.IsSimulated(last.Target)) : ("", false);

    /// <summary>What an answer of the one who draws is known by; null before anybody does.</summary>
    public string? Key => _leader.Model(Source.Model)?.Key.Value;

    /// <summary>What its answer is known by; null: it is none for others.</summary>
    public string? KeyOf(StoredAnswer answer) => _leader.KeyOf(answer);

    /// <summary>How it ends.</summary>
    public Task<FlightEnd> End => _end.Task;

    /// <summary>How many wait for it.</summary>
    public int Followers => Volatile.Read(ref _followers);

    /// <summary>Follows it until the follower is disposed.</summary>
    public IDisposable Follow()
    {
        Interlocked.Increment(ref _followers);
        return new Following(this);
    }

    /// <summary>Ends it; when the answer came from elsewhere, there are no events to wait for.</summary>
    public void Land(FlightEnd end)
    {
        recording.End();
        _end.TrySetResult(end);
    }

    public void Dispose() => recording.Dispose();

    // Followers read these while the leader goes on, and when it is gone.
    private static ReplayAsk Hashed(ReplayAsk leader)
    {
        foreach (var model in leader.Models)
            _ = model.Key.Value;
        return leader;
    }

    private sealed class Following(Flight flight) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref flight._followers);
    }
}

/// <summary>The flights of this process by what they fetch.</summary>
internal sealed class Flights
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Key), Flight> _flights = [];

    /// <summary>How many wait for another's answer.</summary>
    public int Followers
    {
        get
        {
            lock (_lock)
                return _flights.Values.Sum(flight => flight.Followers);
        }
    }

    /// <summary>The flight to follow; or a new one to lead, made by <paramref name="make"/>.</summary>
    /// <param name="partition">Where the answer will be.</param>
    /// <param name="key">What it is known by.</param>
    /// <param name="make">Makes a flight.</param>
    /// <param name="following">Null: the caller leads; else ends the following.</param>
    public Flight Join(Partition partition, string key, Func<Flight> make, out IDisposable? following)
    {
        lock (_lock)
        {
            following = null;
            if (_flights.TryGetValue((partition.Tenant, key), out var flight))
                following = flight.Follow();
            else
                _flights.Add((partition.Tenant, key), flight = make());
            return flight;
        }
    }

    /// <summary>Ends a flight: who comes later begins another.</summary>
    public void Land(Partition partition, string key, Flight flight, FlightEnd end)
    {
        lock (_lock)
        {
            if (_flights.TryGetValue((partition.Tenant, key), out var there) && there == flight)
                _flights.Remove((partition.Tenant, key));
        }
        // Nobody joins any more; who has joined may read for longer than the leader is here.
        if (flight.Followers > 0)
            end.Answer?.Retain();
        flight.Land(end);
    }
}
