using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>How a flight ended: with a response; with an error; or, without either, with a response that could not be kept for others.</summary>
internal sealed record FlightEnd(StoredAnswer? Answer, GatewayException? Error = null)
{
    /// <summary>Under which key the response is stored, that of the model that drew it; null: it is stored nowhere.</summary>
    public string? StoredAs { get; init; }

    /// <summary>True when the leader's client has received the error.</summary>
    public bool IsTold { get; init; }

    /// <summary>
    /// True when the leader failed on its own account, or disconnected: its error concerns nobody else, and another job takes
    /// the lead.
    /// </summary>
    public bool IsOwn { get; init; }

    /// <summary>True when it is the second failure of the providers in a row: nobody tries a third time.</summary>
    public bool IsSecond { get; init; }

    /// <summary>True when other jobs would get the same refusal, and so need not ask.</summary>
    public bool IsRefusal => Error is { Error: var error } && Idempotency.IsRefusal(error);
}

/// <summary>A job whose response identical jobs wait for, instead of calling a provider too (single flight).</summary>
/// <param name="recording">The recording of its response.</param>
/// <param name="leader">The job.</param>
/// <param name="time">The clock.</param>
internal sealed class Flight(AnswerRecording recording, ReplayAsk leader, TimeProvider time) : IAsyncDisposable
{
    // How often a leader that others wait for is looked at: it must not wait for its client.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly ReplayAsk _leader = Hashed(leader);
    private readonly TaskCompletionSource<FlightEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _followers;
    private ITimer? _timer;

    public AnswerRecording Recording => recording;

    /// <summary>Whether its response comes as events.</summary>
    public bool IsStream => _leader.Record.Job.Parameters.Stream;

    /// <summary>Whether its response has started.</summary>
    public bool HasBegun => _leader.Record.FirstByte is not null;

    /// <summary>The model that generates it, once its response has started.</summary>
    public (string Model, bool IsSimulated) Source => _leader.Record.Attempts is [.., var last] ? (last.Model, _leader.IsSimulated(last.Target)) : ("", false);

    /// <summary>The cache key for the model that generates it; null before there is one.</summary>
    public string? Key => _leader.Model(Source.Model)?.Key.Value;

    /// <summary>The cache key of its response; null: it is not for others.</summary>
    public string? KeyOf(StoredAnswer answer) => _leader.KeyOf(answer);

    /// <summary>How it ends.</summary>
    public Task<FlightEnd> End => _end.Task;

    /// <summary>How many jobs wait for it.</summary>
    public int Followers => Volatile.Read(ref _followers);

    /// <summary>Follows it until the follower is disposed; one caller at a time.</summary>
    public IDisposable Follow()
    {
        Interlocked.Increment(ref _followers);
        _timer ??= time.CreateTimer(static flight => ((Flight)flight!).GoAhead(), this, Look, Look);
        return new Following(this);
    }

    /// <summary>Ends it; if the response came from elsewhere, there are no events to wait for.</summary>
    public void Land(FlightEnd end)
    {
        recording.End();
        _end.TrySetResult(end);
    }

    /// <summary>Ends when the leader's client, which may be behind its followers, has its response too.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
        using (recording)
            await (recording.Tee?.CatchUpAsync() ?? Task.CompletedTask);
    }

    private void GoAhead()
    {
        if (Followers > 0)
            recording.Tee?.GoAhead();
    }

    // Followers read these hashes while the leader runs, and after it is gone.
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

/// <summary>The flights of this process by cache key.</summary>
internal sealed class Flights
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Key), Flight> _flights = [];

    /// <summary>How many jobs wait for another's response.</summary>
    public int Followers
    {
        get
        {
            lock (_lock)
                return _flights.Values.Sum(flight => flight.Followers);
        }
    }

    /// <summary>The flight to follow, or a new one to lead, created by <paramref name="make"/>.</summary>
    /// <param name="partition">The partition of the response.</param>
    /// <param name="key">Its key.</param>
    /// <param name="make">Creates a flight.</param>
    /// <param name="following">Null: the caller leads; otherwise disposing it stops following.</param>
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

    /// <summary>Ends a flight: a later job starts another.</summary>
    public void Land(Partition partition, string key, Flight flight, FlightEnd end)
    {
        lock (_lock)
        {
            if (_flights.TryGetValue((partition.Tenant, key), out var there) && there == flight)
                _flights.Remove((partition.Tenant, key));
        }
        // Nobody joins any more; existing followers may read for longer than the leader stays.
        if (flight.Followers > 0)
            end.Answer?.Retain();
        flight.Land(end);
    }
}
