using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Ledger;
using Microsoft.Extensions.Primitives;

namespace ImageGateway.Api.Async;

/// <summary>
/// Jobs whose responses are fetched later (<c>Prefer: respond-async</c>). Each runs like any other job, but without a waiting
/// client. It is accepted once it starts to take long (<see cref="JobRecord.AcceptAsync"/>); an earlier end is reported at
/// once.
/// </summary>
internal sealed partial class AsyncJobs(AsyncJobStore store, IClaimStore claims, AnswerRecorder recorder, RunningJobs runningJobs, TimeProvider time, ILogger<AsyncJobs> log, ILoggerFactory logs)
{
    /// <summary>Starts a job on its own; returns its state as soon as it is accepted.</summary>
    /// <param name="http">The client's exchange, which the job does not use after this method returns.</param>
    /// <param name="run">Runs the job.</param>
    /// <exception cref="GatewayException">The job is not accepted.</exception>
    public async Task<AsyncState> BeginAsync(HttpContext http, Func<AsyncJob, Task> run)
    {
        var job = new AsyncJob(http, runningJobs, store.PostAsync, time);
        var running = RunAsync(job, run); // counted by RunningJobs, and never fails
        try
        {
            var accepted = await job.Accepted;
            Tell(http, job.Headers);
            return accepted;
        }
        catch
        {
            await running;
            // As if its client had waited: in the log, too.
            http.Features.Set(job.Record);
            Tell(http, job.Client.Response.Headers);
            if (job.Repeats is { } first && await store.FindAsync(job.Record!.Caller.Owner, first) is { Job.Status: not (AsyncState.Cancelled or AsyncState.Failed) } state)
                return state;
            throw;
        }
    }

    /// <summary>Checks whether a planned job may run without its client.</summary>
    /// <exception cref="GatewayException">It must not.</exception>
    public async Task PrepareAsync(AsyncJob job, JobRecord record)
    {
        if (record.Job.Parameters.Stream)
            throw new GatewayException(ErrorKind.InvalidValue, $"'stream' cannot be combined with 'Prefer: {Preference.RespondAsync}': the response is fetched when it is complete.", "stream");
        await HoldKeyAsync(job, record);
        if (!recorder.HasRoom || !job.TryEnter())
            throw new GatewayException(new GatewayError(ErrorKind.Overloaded, "Too many asynchronous jobs are running. Please try again later.") { RetryAfter = AsyncJobStore.Look });
    }

    // A client that lost its 202 and repeats the request gets the same job while it runs. Once it is over, the idempotency key
    // replays its response, as it does for waiting requests.
    private async Task HoldKeyAsync(AsyncJob job, JobRecord record)
    {
        if (Idempotency.Key(job.Client.Request) is not { } key)
            return;
        using var digest = new JobDigest(record.Job);
        var (owner, name, mine) = (record.Caller.Owner, $"async:{key}", new Claim(record.Id, digest.BodyKey(), null));
        if (await claims.TakeAsync(owner, name, mine) is { } there)
        {
            job.Repeats = there.Tag == mine.Tag ? there.Owner : throw Idempotency.Mismatch;
            throw Idempotency.InFlight;
        }
        job.Key = new ClaimHold(claims, owner, name, mine, time);
    }

    private async Task RunAsync(AsyncJob job, Func<AsyncJob, Task> run)
    {
        using var progress = runningJobs.Begin(job.Client);
        await using var ends = job;
        using var recording = recorder.RecordOnlyCopy(); // counts against the budget until the response is stored
        var (answer, failure) = ((StoredAnswer?)null, (Exception?)null);
        try
        {
            answer = await recorder.RecordAsync(job.Client, recording, () => run(job));
            await job.AcceptAsync(); // a replay took no time
        }
        catch (Exception e)
        {
            failure = e;
        }
        if (job.Name is null)
            job.Refuse(failure is null or OperationCanceledException ? AsyncFailure.Ended(job) : failure);
        else
            await EndAsync(job, job.Record!, answer, failure);
    }

    private async Task EndAsync(AsyncJob job, JobRecord record, StoredAnswer? answer, Exception? failure)
    {
        if (failure is not null and not GatewayException && !job.RequestAborted.IsCancellationRequested)
            LogUnexpected(failure, record.Id);
        var isKept = record.Status is JobStatus.Completed or JobStatus.Cached && !job.IsCancelled && answer is not null && await store.KeepAsync(job, record, answer);
        var state = new AsyncState(JobAnswer.Ended(Entries.Of(record, null), record.Caller.HideTarget));
        state = isKept ? state.As(AsyncState.Completed)
            : job.IsCancelled ? state.As(AsyncState.Cancelled)
            : state.As(AsyncState.Failed) with { Error = AsyncFailure.Of(job, record, failure) };
        await job.FreeKeyAsync(); // a client that reads the final state may send the request again
        await store.EndAsync(job, state);
        JobLog.Write(logs.CreateLogger<RequestLog>(), job.Client.Request, state.Error is { } error ? ErrorEnvelope.Status(error) : StatusCodes.Status200OK, record.Duration, record);
    }

    // How its limits stand, among others.
    private static void Tell(HttpContext http, IEnumerable<KeyValuePair<string, StringValues>> headers)
    {
        foreach (var (name, value) in headers)
            http.Response.Headers[name] = value;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{RequestId}: unexpected failure of an asynchronous job")]
    private partial void LogUnexpected(Exception exception, string requestId);
}
