using System.Text.Json.Serialization;

namespace ImageGateway.Images;

/// <summary>How a charge was determined.</summary>
[JsonConverter(typeof(LowerCase<ChargeBasis>))]
internal enum ChargeBasis
{
    /// <summary>Nothing is charged.</summary>
    None,

    /// <summary>The provider's own token count.</summary>
    Usage,

    /// <summary>The catalogue's table, at the resolved size and quality.</summary>
    Table,

    /// <summary>The worst case, because the provider may bill and reported no usage.</summary>
    Estimate,
}

/// <summary>How a job ended.</summary>
[JsonConverter(typeof(LowerCase<JobStatus>))]
internal enum JobStatus { Completed, Failed, Refused, Abandoned, Cached }

/// <summary>
/// The record of a running job for the ledger, filled in by the stages, none of which knows the ledger. Calls of a fan-out add
/// attempts concurrently.
/// </summary>
internal sealed class JobRecord(string id, Caller caller, ImageJob job, TimeProvider time, Func<JobRecord, ValueTask> intend)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<AttemptRecord> _attempts = [];
    private int _withheld;
    private bool _isClosed;

    /// <summary>The request's id, a UUID of version 7.</summary>
    public string Id => id;

    public Caller Caller => caller;

    public ImageJob Job => job;

    public DateTimeOffset Created { get; } = time.GetUtcNow();

    /// <summary>
    /// The day (UTC) to which it is assigned and whose prices apply: reserving and charging use the same day, however long the
    /// job waits.
    /// </summary>
    public DateOnly Day => DateOnly.FromDateTime(Created.UtcDateTime);

    /// <summary>The route's name and the tier; null before the plan is made.</summary>
    public string? Route { get; set; }

    public Tier? Tier { get; set; }

    /// <summary>The version of the price book by which it is charged.</summary>
    public string? PriceBook { get; set; }

    public JobStatus Status { get; private set; } = JobStatus.Failed;

    /// <summary>The code of the error it ended with.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>
    /// The providers' error instead of, or within, a response, or that none of them has capacity: identical jobs would get the
    /// same. Null: they responded, or the job failed by itself.
    /// </summary>
    public GatewayError? Upstream { get; set; }

    /// <summary>The time from the request to the first byte of the response.</summary>
    public TimeSpan? FirstByte { get; private set; }

    public TimeSpan Duration => time.GetElapsedTime(_start);

    /// <summary>How long it waited for capacity at targets; null: it did not get that far.</summary>
    public TimeSpan? Waited { get; private set; }

    /// <summary>Length of the request body in bytes.</summary>
    public long BytesIn { get; init; }

    /// <summary>The client's own <c>x-request-id</c>.</summary>
    public string? ClientRequestId { get; init; }

    /// <summary>The attempts so far, in the order they began.</summary>
    public IReadOnlyList<AttemptRecord> Attempts
    {
        get
        {
            lock (_attempts)
                return [.. _attempts];
        }
    }

    /// <summary>The most it could have cost at any time: calls in flight at their worst case, earlier ones at their cost.</summary>
    public NanoUsd Worst { get; private set; }

    /// <summary>How many attempts have begun.</summary>
    public int AttemptCount
    {
        get
        {
            lock (_attempts)
                return _attempts.Count;
        }
    }

    /// <summary>
    /// Announces a call to a provider and waits until the intent is durable. The call must not be made before, and
    /// <see cref="AttemptRecord.Answer"/> or <see cref="AttemptRecord.Fail"/> must follow.
    /// </summary>
    /// <exception cref="GatewayException">The intent cannot be made durable now, so no call may be made.</exception>
    public async ValueTask<AttemptRecord> BeginAsync(string target, string model, ImageParameters sent, NanoUsd? worst, long worstTokens, decimal priceFactor)
    {
        AttemptRecord attempt;
        lock (_attempts)
        {
            _attempts.Add(attempt = new AttemptRecord(_attempts.Count + 1, target, model, sent, worst ?? NanoUsd.Zero, worstTokens, priceFactor, time));
            Worst = new NanoUsd(Math.Max(Worst.Value, _attempts.Sum(begun => begun.Contracted.Value)));
        }
        try
        {
            await intend(this);
            await AcceptAsync();
            return attempt;
        }
        catch
        {
            lock (_attempts)
                _attempts.Remove(attempt);
            throw;
        }
    }

    /// <summary>Called when the job starts to take long; null: its client waits for it in any case.</summary>
    public Func<Task>? Accepting { private get; init; }

    /// <summary>
    /// Marks the point from which the job takes long: it waits for capacity or another job's response, or a provider is called.
    /// Every check that could refuse it at once has passed.
    /// </summary>
    /// <exception cref="GatewayException">The job must not continue.</exception>
    public Task AcceptAsync() => Accepting?.Invoke() ?? Task.CompletedTask;

    /// <summary>Adds time that it waited for capacity.</summary>
    public void Wait(TimeSpan time) => Waited = (Waited ?? TimeSpan.Zero) + time;

    /// <summary>True once it costs something: a call to a provider is in progress, or has returned images.</summary>
    public bool HasCost
    {
        get
        {
            lock (_attempts)
                return _attempts.Exists(attempt => !attempt.HasEnded || attempt.Images > 0);
        }
    }

    /// <summary>The replayed response it got; null: a provider was called, or would have been.</summary>
    public ReusedAnswer? Reused { get; private set; }

    /// <summary>Records that it was answered with another job's response.</summary>
    public void Reuse(ReusedAnswer answer) => (Reused, Status, ErrorCode) = (answer, JobStatus.Cached, null);

    /// <summary>Records that the first byte of the response goes to the client.</summary>
    public void Answering() => FirstByte ??= Duration;

    /// <summary>Records that the response was complete.</summary>
    public void Complete() => Status = JobStatus.Completed;

    /// <summary>Called when the job is closed: its outcome and cost are final.</summary>
    public Func<ValueTask>? Closing { private get; init; }

    /// <summary>
    /// Closes the job: from here on it can neither fail nor cost anything. It is closed before the client gets the end of its
    /// response, so that a client that has it finds it settled, and one that disconnects then had its answer. No effect while
    /// the response is withheld, or when it is closed.
    /// </summary>
    public ValueTask CloseAsync()
    {
        if (_isClosed || _withheld > 0)
            return default;
        _isClosed = true;
        return Closing?.Invoke() ?? default;
    }

    /// <summary>Keeps the job open: its response is withheld, and may still fail.</summary>
    public void Withhold() => _withheld++;

    /// <summary>Its response is no longer withheld.</summary>
    public void Release() => _withheld--;

    /// <summary>
    /// Records a failure with this code; a job without a provider call, or with a provider's refusal, counts as refused. No effect
    /// once it is closed.
    /// </summary>
    public void Fail(string? code, bool isRefusal)
    {
        if (_isClosed)
            return;
        ErrorCode = code;
        lock (_attempts)
            Status = isRefusal || _attempts.Count == 0 ? JobStatus.Refused : JobStatus.Failed;
    }
}

/// <summary>
/// The result of a job without its own provider call: the model that generated it, the number of images, the resolved size and
/// quality, and the avoided cost.
/// </summary>
internal sealed record ReusedAnswer(string Model, int Images, string? Size, string? Quality, NanoUsd Avoided);
