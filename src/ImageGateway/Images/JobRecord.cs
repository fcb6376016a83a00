using System.Text.Json.Serialization;

namespace ImageGateway.Images;

/// <summary>How a charge was found.</summary>
[JsonConverter(typeof(LowerCase<ChargeBasis>))]
internal enum ChargeBasis
{
    /// <summary>Nothing is charged.</summary>
    None,

    /// <summary>The provider's own count.</summary>
    Usage,

    /// <summary>The catalogue's table, at the size and quality that were resolved.</summary>
    Table,

    /// <summary>The upper bound, since the provider may bill and did not say what.</summary>
    Estimate,
}

/// <summary>How a job ended.</summary>
[JsonConverter(typeof(LowerCase<JobStatus>))]
internal enum JobStatus { Completed, Failed, Refused, Abandoned, Cached }

/// <summary>
/// What happens to a job while it runs, as the ledger will tell it: filled in by the stages, none of which knows the ledger.
/// Calls of a fan-out add attempts at the same time.
/// </summary>
internal sealed class JobRecord(string id, Caller caller, ImageJob job, TimeProvider time, Func<JobRecord, ValueTask> intend)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<AttemptRecord> _attempts = [];

    /// <summary>The request's id, a UUID of version 7.</summary>
    public string Id => id;

    public Caller Caller => caller;

    public ImageJob Job => job;

    public DateTimeOffset Created { get; } = time.GetUtcNow();

    /// <summary>The day (UTC) that it counts for, and whose prices it has: what was held is charged by the same, however long it waits.</summary>
    public DateOnly Day => DateOnly.FromDateTime(Created.UtcDateTime);

    /// <summary>The route's name and the tier; null before the plan is made.</summary>
    public string? Route { get; set; }

    public Tier? Tier { get; set; }

    /// <summary>The version of the price book it is charged by.</summary>
    public string? PriceBook { get; set; }

    public JobStatus Status { get; private set; } = JobStatus.Failed;

    /// <summary>The code of the error it ended with.</summary>
    public string? ErrorCode { get; private set; }

    /// <summary>
    /// What the providers said in the place of an answer, or within it, or that none of them has room: identical jobs would be
    /// told the same. Null: they answered, or the job failed by itself.
    /// </summary>
    public GatewayError? Upstream { get; set; }

    /// <summary>From the request to the first byte of the answer.</summary>
    public TimeSpan? FirstByte { get; private set; }

    public TimeSpan Duration => time.GetElapsedTime(_start);

    /// <summary>How long it waited for room at targets; null: it never came so far.</summary>
    public TimeSpan? Waited { get; private set; }

    /// <summary>Bytes of the request's body.</summary>
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

    /// <summary>
    /// Announces a call to a provider and waits until that is durable. The call must not be made before, and
    /// <see cref="AttemptRecord.End"/> must follow.
    /// </summary>
    /// <exception cref="GatewayException">It cannot be made durable now: no call.</exception>
    public async ValueTask<AttemptRecord> BeginAsync(string target, string model, ImageParameters sent, NanoUsd? worst, long worstTokens, decimal priceFactor)
    {
        AttemptRecord attempt;
        lock (_attempts)
            _attempts.Add(attempt = new AttemptRecord(_attempts.Count + 1, target, model, sent, worst ?? NanoUsd.Zero, worstTokens, priceFactor, time));
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

    /// <summary>Called when it begins to take long; null: its client waits for it in any case.</summary>
    public Func<Task>? Accepting { private get; init; }

    /// <summary>
    /// From here on it takes long: it waits for room or for another job's answer, or a provider is called. What could refuse it
    /// at once has been asked.
    /// </summary>
    /// <exception cref="GatewayException">It must not go on.</exception>
    public Task AcceptAsync() => Accepting?.Invoke() ?? Task.CompletedTask;

    /// <summary>It has waited for room so long.</summary>
    public void Wait(TimeSpan time) => Waited = (Waited ?? TimeSpan.Zero) + time;

    /// <summary>True once it costs something: a call to a provider is under way, or has brought pictures.</summary>
    public bool HasCost
    {
        get
        {
            lock (_attempts)
                return _attempts.Exists(attempt => !attempt.HasEnded || attempt.Images > 0);
        }
    }

    /// <summary>The answer it was given again; null: a provider was asked, or would have been.</summary>
    public ReusedAnswer? Reused { get; private set; }

    /// <summary>It was answered with what another job was.</summary>
    public void Reuse(ReusedAnswer answer) => (Reused, Status, ErrorCode) = (answer, JobStatus.Cached, null);

    /// <summary>The first byte of the answer goes to the client.</summary>
    public void Answering() => FirstByte ??= Duration;

    /// <summary>It was answered whole.</summary>
    public void Complete() => Status = JobStatus.Completed;

    /// <summary>It failed with this code; a job that no provider was called for, or that one refused, is refused.</summary>
    public void Fail(string? code, bool isRefusal)
    {
        ErrorCode = code;
        lock (_attempts)
            Status = isRefusal || _attempts.Count == 0 ? JobStatus.Refused : JobStatus.Failed;
    }
}

/// <summary>What a job got that called nobody: the model that drew it, how many pictures, resolved size and quality, and what they did not cost.</summary>
internal sealed record ReusedAnswer(string Model, int Images, string? Size, string? Quality, NanoUsd Avoided);

/// <summary>One call to a target, from its announcement to its outcome.</summary>
/// <param name="number">1 for the job's first.</param>
/// <param name="target">Where.</param>
/// <param name="model">The catalogue's model there.</param>
/// <param name="sent">The parameters as sent.</param>
/// <param name="worst">The upper bound of its cost at list price.</param>
/// <param name="worstTokens">The most output tokens it may use.</param>
/// <param name="priceFactor">What the target really costs, as a share of the list price.</param>
/// <param name="time">The clock.</param>
internal sealed class AttemptRecord(int number, string target, string model, ImageParameters sent, NanoUsd worst, long worstTokens, decimal priceFactor, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public int Number => number;

    public string Target => target;

    public string Model => model;

    public ImageParameters Sent => sent;

    public NanoUsd Worst => worst;

    /// <summary>What it costs after the target's discount; its worst case until it has ended.</summary>
    public NanoUsd Contracted => Cost.List.Times(priceFactor);

    /// <summary>Its worst case after the target's discount.</summary>
    public NanoUsd ContractedWorst => worst.Times(priceFactor);

    /// <summary>Output tokens it used, or may use when it does not say.</summary>
    public long OutputTokens => Cost.Basis switch
    {
        ChargeBasis.Usage or ChargeBasis.None => Usage.ImageOutput + Usage.TextOutput, // a model without a price uses tokens all the same
        _ => worstTokens,
    };

    /// <summary>False while it runs.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The provider's HTTP status; null when none came.</summary>
    public int? Status { get; set; }

    /// <summary>The provider's <c>x-request-id</c>.</summary>
    public string? UpstreamRequestId { get; set; }

    public TimeSpan Duration { get; private set; }

    /// <summary>What it costs, at list price, and how that was found. Until it ends: the worst case.</summary>
    public (NanoUsd List, ChargeBasis Basis) Cost { get; private set; } = (worst, ChargeBasis.Estimate);

    public string? ErrorCode { get; private set; }

    public TokenUsage Usage { get; private set; }

    /// <summary>Final pictures, and the size and quality the provider resolved.</summary>
    public int Images { get; private set; }

    /// <summary>Bytes of the answer's body.</summary>
    public long Bytes { get; private set; }

    public string? Size { get; private set; } = sent.Size;

    public string? Quality { get; private set; } = sent.Quality;

    /// <summary>It failed, and costs its worst case if the provider may bill it, else nothing.</summary>
    public void Fail(string? code, bool mayBill) => End(code, mayBill ? (worst, ChargeBasis.Estimate) : (NanoUsd.Zero, ChargeBasis.None));

    /// <summary>It was answered, whole when there is no <paramref name="code"/>.</summary>
    public void Answer(string? code, (NanoUsd List, ChargeBasis Basis) cost, TokenUsage? usage, int images, string? size, string? quality, long bytes)
    {
        (Usage, Images, Size, Quality, Bytes) = (usage ?? default, images, size ?? Size, quality ?? Quality, bytes);
        End(code, cost);
    }

    private void End(string? code, (NanoUsd List, ChargeBasis Basis) cost)
    {
        (ErrorCode, Cost, Duration) = (code, cost, time.GetElapsedTime(_start));
        HasEnded = true;
    }
}
