using System.Collections.Concurrent;
using ImageGateway.Caching;
using ImageGateway.Images;

namespace ImageGateway.Api.Async;

/// <summary>
/// The state of asynchronous jobs, shared by all replicas. A job is a claim of its id: it runs while the claim is renewed, and
/// the claim's outcome, of which the first one stays, is the job's final state. So any replica can report and cancel it. Its
/// response is stored separately.
/// </summary>
internal sealed class AsyncJobStore(IClaimStore claims, IAnswerStore answers, TimeProvider time)
{
    /// <summary>How long the final state of a job can be fetched.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(60);

    /// <summary>The polling interval, for clients and for the gateway at its store.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // Bytes for a tenant's stored responses.
    private const long MaxBytes = 256L << 20;

    // Long enough for a server to restart or to be replaced by another.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, AsyncJob> _running = new();

    /// <summary>Publishes a job of this process.</summary>
    /// <exception cref="GatewayException">The store does not answer.</exception>
    public async Task<AsyncState> PostAsync(AsyncJob job)
    {
        var record = job.Record!;
        var (owner, state) = (record.Caller.Owner, AsyncState.Of(record));
        var claim = Claim(record);
        await claims.TakeAsync(owner, Name(record.Id), claim);
        job.Name = new ClaimHold(claims, owner, Name(record.Id), claim, time, () => LookAsync(job, record));
        _running[record.Id] = job;
        return state;
    }

    /// <summary>Stores its response, which is paid for, so the gateway waits for an unreachable store. False when there is no room.</summary>
    public async Task<bool> KeepAsync(AsyncJob job, JobRecord record, StoredAnswer answer)
    {
        var (owner, start) = (record.Caller.Owner, time.GetTimestamp());
        while (!(await answers.KeepAsync(Partition(owner), record.Id, answer, Retention) && await LookAsync(job, record)))
        {
            if (!claims.IsShared || answer.Bytes > MaxBytes || time.GetElapsedTime(start) > Patience || job.RequestAborted.IsCancellationRequested)
                return false;
            await Task.Delay(Look, time, job.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return true;
    }

    /// <summary>Stores the final state.</summary>
    public async Task EndAsync(AsyncJob job, AsyncState state)
    {
        await job.Name!.SettleAsync(state.Write(), Retention);
        _running.TryRemove(state.Job.Id, out _);
    }

    /// <summary>The state of a tenant's job; null: there is none. A job of this process is known even while the store is unreachable.</summary>
    /// <exception cref="GatewayException">The store does not answer.</exception>
    public async Task<AsyncState?> FindAsync(string owner, string id)
    {
        if (!Guid.TryParse(id, out _))
            return null;
        try
        {
            var claim = await claims.FindAsync(owner, Name(id));
            return claim?.Outcome is { } outcome ? AsyncState.Read(outcome) : Running(owner, id) ?? (claim is null ? null : AsyncState.Read(claim.Tag).As(AsyncState.Running));
        }
        catch (GatewayException) when (Running(owner, id) is { } running)
        {
            return running;
        }
    }

    /// <summary>The response of a completed job.</summary>
    /// <exception cref="GatewayException">The response is not available.</exception>
    public async Task<StoredAnswer> AnswerAsync(string owner, string id) =>
        await answers.FindAsync(Partition(owner), id) ?? throw Unavailable("The response cannot be read now. Please try again later; it may have been evicted.");

    /// <summary>
    /// Cancels a tenant's job, here or on another replica, which learns of it when it renews its claim. Returns the final
    /// state, whether from this or from before; null: there is none.
    /// </summary>
    /// <exception cref="GatewayException">The store does not answer, and the job runs on another replica.</exception>
    public async Task<AsyncState?> CancelAsync(string owner, string id)
    {
        var found = await FindAsync(owner, id);
        if (found is not { HasEnded: false })
            return found;
        var cancelled = found.As(AsyncState.Cancelled);
        await claims.SettleAsync(owner, Name(id), found.Job.Id, cancelled.Write(), Retention);
        var (ended, here) = (await FindAsync(owner, id), Here(owner, id));
        // The store did not accept it; a job of this process can be cancelled anyway.
        if (ended is { HasEnded: false })
            ended = here is not null ? cancelled : throw Unavailable("The job cannot be cancelled now. Please try again later.");
        if (ended?.Job.Status == AsyncState.Cancelled)
            here?.Cancel();
        return ended;
    }

    // True when the store still has the job, or has it again. Another replica may have cancelled it, or the store may have lost
    // it.
    private async Task<bool> LookAsync(AsyncJob job, JobRecord record)
    {
        var (owner, name) = (record.Caller.Owner, Name(record.Id));
        try
        {
            var there = await claims.FindAsync(owner, name);
            if (there?.Outcome is not null)
                job.Cancel();
            else if (there is null)
                await claims.TakeAsync(owner, name, Claim(record));
            return true;
        }
        catch (GatewayException)
        {
            return false; // retried
        }
    }

    // The state of a job of this process, which knows it best. Of a job on another replica only the claim is known.
    private AsyncState? Running(string owner, string id) => Here(owner, id) is { } job ? AsyncState.Of(job.Record!) : null;

    private AsyncJob? Here(string owner, string id) => _running.TryGetValue(id, out var job) && job.Record!.Caller.Owner == owner ? job : null;

    private static Claim Claim(JobRecord record) => new(record.Id, AsyncState.Of(record).Write(), null);

    private static GatewayException Unavailable(string message) => new(new GatewayError(ErrorKind.StoreUnavailable, message) { RetryAfter = Look });

    private static string Name(string id) => $"job:{id}";

    private static Partition Partition(string owner) => new(owner, "jobs", MaxBytes);
}
