using System.Collections.Concurrent;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Ledger;

namespace ImageGateway.Api.Async;

/// <summary>
/// Jobs whose answers are fetched later (<c>Prefer: respond-async</c>). Each runs the way of any job, for a client that is not
/// there, and its answer is kept for an hour. What all replicas know of a job is a claim of its name: while it is renewed the
/// job runs, and its outcome, of which the first stays, is what became of it. So any replica can tell of it, and cancel it.
/// </summary>
internal sealed partial class AsyncJobs(IClaimStore claims, IAnswerStore answers, Keeper keeper, Finishes finishes, TimeProvider time, ILogger<AsyncJobs> log)
{
    /// <summary>How long what became of a job can be fetched.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(60);

    /// <summary>When a client should look again.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // What a tenant's answers may take.
    private const long MaxBytes = 256L << 20;

    private readonly ConcurrentDictionary<string, AsyncJob> _running = new();

    /// <summary>Has a job run on its own; how it stands as soon as it is planned and can be found.</summary>
    /// <param name="http">The client's exchange, which the job does not use when this has returned.</param>
    /// <param name="run">The way of the job on an exchange: it is to call what it is given when the job is planned.</param>
    /// <exception cref="GatewayException">The job is not accepted.</exception>
    public async Task<AsyncState> BeginAsync(HttpContext http, Func<HttpContext, Func<JobRecord, Task>, Task> run)
    {
        var job = new AsyncJob(http, finishes, time);
        var running = RunAsync(job, run); // counted by Finishes, and never fails
        try
        {
            return await job.Accepted.Task;
        }
        catch
        {
            await running;
            http.Features.Set(job.Record); // for the log
            if (job.Repeats is { } first && await FindAsync(job.Record!.Caller.Tenant, first) is { Job.Status: not (AsyncState.Cancelled or AsyncState.Failed) } state)
                return state;
            throw;
        }
    }

    /// <summary>How a tenant's job stands; null: there is none.</summary>
    /// <exception cref="GatewayException">The store does not answer.</exception>
    public async Task<AsyncState?> FindAsync(string tenant, string id) =>
        await ClaimAsync(tenant, id) is { } claim ? State(id, claim) : null;

    /// <summary>The answer of a job that is completed.</summary>
    /// <exception cref="GatewayException">It cannot be had.</exception>
    public async Task<StoredAnswer> AnswerAsync(string tenant, string id) =>
        await answers.FindAsync(Shelf(tenant), id) ?? throw Unavailable("The answer cannot be read now. Please try again later; it may have made room for later ones.");

    /// <summary>Cancels a tenant's job, here or on another replica, which hears of it when it renews its claim; how it ended, by this or before. Null: there is none.</summary>
    /// <exception cref="GatewayException">The store does not answer.</exception>
    public async Task<AsyncState?> CancelAsync(string tenant, string id)
    {
        if (await ClaimAsync(tenant, id) is not { } claim)
            return null;
        if (claim.Outcome is not null)
            return State(id, claim);
        await claims.SettleAsync(tenant, Name(id), claim.Owner, State(id, claim).As(AsyncState.Cancelled).Write(), Retention);
        var ended = await FindAsync(tenant, id);
        if (ended is { HasEnded: false })
            throw Unavailable("The job cannot be cancelled now. Please try again later.");
        if (ended?.Job.Status == AsyncState.Cancelled && _running.TryGetValue(id, out var here))
            here.Cancel();
        return ended;
    }

    private async Task RunAsync(AsyncJob job, Func<HttpContext, Func<JobRecord, Task>, Task> run)
    {
        using var progress = finishes.Begin(job.Client);
        await using var ends = job;
        var (answer, failure) = ((StoredAnswer?)null, (Exception?)null);
        try
        {
            answer = await keeper.RecordAsync(job.Client, () => run(job.Client, record => AcceptAsync(job, record)));
        }
        catch (Exception e)
        {
            failure = e;
        }
        if (job.Name is null)
            job.Accepted.TrySetException(failure is null or OperationCanceledException ? Ended(job) : failure);
        else
            await EndAsync(job, job.Record!, answer, failure);
    }

    // The job is planned: from here on its client is told of it by its id alone.
    private async Task AcceptAsync(AsyncJob job, JobRecord record)
    {
        if (record.Job.Parameters.Stream)
            throw new GatewayException(ErrorKind.InvalidValue, $"'stream' cannot be combined with 'Prefer: {Preference.RespondAsync}': the answer is fetched when it is whole.", "stream");
        await HoldKeyAsync(job, record);
        if (!job.TryEnter())
            throw new GatewayException(new GatewayError(ErrorKind.Overloaded, "Too many jobs run without their clients. Please try again later.") { RetryAfter = Look });
        var (tenant, state) = (record.Caller.Tenant, AsyncState.Of(record));
        var mine = new Claim(record.Id, state.Write(), null);
        await claims.TakeAsync(tenant, Name(record.Id), mine);
        job.Name = new ClaimHold(claims, tenant, Name(record.Id), record.Id, time, () => LookAsync(job, tenant, mine));
        _running[record.Id] = job;
        job.Accepted.SetResult(state);
        await Task.Yield(); // the client is answered first
    }

    // Who repeats a request whose 202 was lost is to get the same job while it runs. When it is over, its answer is given again
    // by the key itself, as it is to requests that wait for it.
    private async Task HoldKeyAsync(AsyncJob job, JobRecord record)
    {
        if (Idempotency.Key(job.Client.Request) is not { } key)
            return;
        using var digest = new JobDigest(record.Job);
        var (tenant, name, mine) = (record.Caller.Tenant, $"async:{key}", new Claim(record.Id, digest.BodyKey(), null));
        if (await claims.TakeAsync(tenant, name, mine) is { } there)
        {
            job.Repeats = there.Tag == mine.Tag ? there.Owner : throw Idempotency.Mismatch;
            throw Idempotency.InFlight;
        }
        job.Key = new ClaimHold(claims, tenant, name, mine.Owner, time);
    }

    // Its claim could not be renewed: another replica was told to cancel it, or the store has lost it.
    private async Task LookAsync(AsyncJob job, string tenant, Claim mine)
    {
        try
        {
            var there = await claims.FindAsync(tenant, Name(mine.Owner));
            if (there?.Outcome is not null)
                job.Cancel();
            else if (there is null)
                await claims.TakeAsync(tenant, Name(mine.Owner), mine);
        }
        catch (GatewayException)
        {
            // It does not answer, and is asked again with the next renewal.
        }
    }

    private async Task EndAsync(AsyncJob job, JobRecord record, StoredAnswer? answer, Exception? failure)
    {
        var tenant = record.Caller.Tenant;
        var isKept = record.Status is JobStatus.Completed or JobStatus.Cached && !job.IsCancelled
            && answer is not null && await answers.KeepAsync(Shelf(tenant), record.Id, answer, Retention);
        if (failure is not null and not GatewayException && !job.RequestAborted.IsCancellationRequested)
            LogUnexpected(failure, record.Id);
        var state = new AsyncState(JobAnswer.Ended(Entries.Of(record, null), record.Caller.HideTarget));
        state = isKept ? state.As(AsyncState.Completed)
            : job.IsCancelled ? state.As(AsyncState.Cancelled)
            : state.As(AsyncState.Failed) with { Error = Error(job, record, failure) };
        await job.Name!.SettleAsync(state.Write(), Retention);
        _running.TryRemove(record.Id, out _);
        LogEnded(record.Id, tenant, state.Job.Status, record.ErrorCode, record.Duration.TotalMilliseconds);
    }

    private GatewayError Error(AsyncJob job, JobRecord record, Exception? failure) => failure switch
    {
        GatewayException { Error: var error } => error,
        _ when record.Status is JobStatus.Completed or JobStatus.Cached => new GatewayError(ErrorKind.StoreUnavailable, "The job was answered, but there was no room to keep the answer."),
        _ when job.RequestAborted.IsCancellationRequested && (job.HasRunOut || finishes.Over.IsCancellationRequested) => Ended(job).Error,
        null => new GatewayError(ErrorKind.UpstreamError, "The provider broke off in the middle of its answer."),
        _ => new GatewayError(ErrorKind.Internal, "The gateway failed. Its log has the details under this request id."),
    };

    private static GatewayException Ended(AsyncJob job) => job.HasRunOut
        ? new(ErrorKind.UpstreamTimeout, $"The job took longer than {Finishes.Longest.TotalMinutes} minutes.")
        : new(ErrorKind.Overloaded, "The gateway stopped before the job was done.");

    // Of a job that runs elsewhere no more is known.
    private AsyncState State(string id, Claim claim) =>
        claim.Outcome is { } outcome ? AsyncState.Read(outcome)
        : _running.TryGetValue(id, out var here) ? AsyncState.Of(here.Record!)
        : AsyncState.Read(claim.Tag).As(AsyncState.Running);

    private async ValueTask<Claim?> ClaimAsync(string tenant, string id) => Guid.TryParse(id, out _) ? await claims.FindAsync(tenant, Name(id)) : null;

    private static GatewayException Unavailable(string message) => new(new GatewayError(ErrorKind.StoreUnavailable, message) { RetryAfter = Look });

    private static string Name(string id) => $"job:{id}";

    private static Shelf Shelf(string tenant) => new(tenant, "jobs", MaxBytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "{RequestId}: {Tenant}, asynchronous job {Status} {Code} after {DurationMs:0.0} ms")]
    private partial void LogEnded(string requestId, string tenant, string status, string? code, double durationMs);

    [LoggerMessage(Level = LogLevel.Error, Message = "{RequestId}: unexpected failure of an asynchronous job")]
    private partial void LogUnexpected(Exception exception, string requestId);
}
