using System.Collections.Concurrent;
using ImageGateway.Caching;
using ImageGateway.Images;

namespace ImageGateway.Api.Async;

/// <summary>
/// How asynchronous jobs stand, as all replicas know it: a job is a claim of its name; while it is renewed the job runs, and
/// its outcome, of which the first stays, is what became of it. So any replica can tell of it, and cancel it. Its answer is
/// kept beside it.
/// </summary>
internal sealed class AsyncJobStore(IClaimStore claims, IAnswerStore answers, TimeProvider time)
{
    /// <summary>How long what became of a job can be fetched.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(60);

    /// <summary>When one should look again, be it a client or the gateway at its store.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // What a tenant's answers may take.
    private const long MaxBytes = 256L << 20;

    // A server that was started again, or one that took the place of another, is there by then.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, AsyncJob> _running = new();

    /// <summary>Makes a job of this process known.</summary>
    /// <exception cref="GatewayException">The store does not answer.</exception>
    public async Task<AsyncState> PostAsync(AsyncJob job)
    {
        var record = job.Record!;
        var (tenant, state) = (record.Caller.Tenant, AsyncState.Of(record));
        var claim = Claim(record);
        await claims.TakeAsync(tenant, Name(record.Id), claim);
        job.Name = new ClaimHold(claims, tenant, Name(record.Id), claim, time, () => LookAsync(job, record));
        _running[record.Id] = job;
        return state;
    }

    /// <summary>Keeps its answer, which is paid for: a store that is away is waited for. False when there is no room for it.</summary>
    public async Task<bool> KeepAsync(AsyncJob job, JobRecord record, StoredAnswer answer)
    {
        var (tenant, start) = (record.Caller.Tenant, time.GetTimestamp());
        while (!(await answers.KeepAsync(Partition(tenant), record.Id, answer, Retention) && await LookAsync(job, record)))
        {
            if (!claims.IsShared || answer.Bytes > MaxBytes || time.GetElapsedTime(start) > Patience || job.RequestAborted.IsCancellationRequested)
                return false;
            await Task.Delay(Look, time, job.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return true;
    }

    /// <summary>Says what became of it.</summary>
    public async Task EndAsync(AsyncJob job, AsyncState state)
    {
        await job.Name!.SettleAsync(state.Write(), Retention);
        _running.TryRemove(state.Job.Id, out _);
    }

    /// <summary>How a tenant's job stands; null: there is none. A job of this process is known also while the store is away.</summary>
    /// <exception cref="GatewayException">The store does not answer.</exception>
    public async Task<AsyncState?> FindAsync(string tenant, string id)
    {
        if (!Guid.TryParse(id, out _))
            return null;
        try
        {
            var claim = await claims.FindAsync(tenant, Name(id));
            return claim?.Outcome is { } outcome ? AsyncState.Read(outcome) : Running(tenant, id) ?? (claim is null ? null : AsyncState.Read(claim.Tag).As(AsyncState.Running));
        }
        catch (GatewayException) when (Running(tenant, id) is { } running)
        {
            return running;
        }
    }

    /// <summary>The answer of a job that is completed.</summary>
    /// <exception cref="GatewayException">It cannot be had.</exception>
    public async Task<StoredAnswer> AnswerAsync(string tenant, string id) =>
        await answers.FindAsync(Partition(tenant), id) ?? throw Unavailable("The answer cannot be read now. Please try again later; it may have made room for later ones.");

    /// <summary>Cancels a tenant's job, here or on another replica, which hears of it when it renews its claim; how it ended, by this or before. Null: there is none.</summary>
    /// <exception cref="GatewayException">The store does not answer, and the job runs elsewhere.</exception>
    public async Task<AsyncState?> CancelAsync(string tenant, string id)
    {
        var found = await FindAsync(tenant, id);
        if (found is not { HasEnded: false })
            return found;
        var cancelled = found.As(AsyncState.Cancelled);
        await claims.SettleAsync(tenant, Name(id), found.Job.Id, cancelled.Write(), Retention);
        var (ended, here) = (await FindAsync(tenant, id), Here(tenant, id));
        // The store did not take it, which a job of this process need not know.
        if (ended is { HasEnded: false })
            ended = here is not null ? cancelled : throw Unavailable("The job cannot be cancelled now. Please try again later.");
        if (ended?.Job.Status == AsyncState.Cancelled)
            here?.Cancel();
        return ended;
    }

    // True when the job is known still, or again. Another replica may have been told to cancel it, or the store has lost it.
    private async Task<bool> LookAsync(AsyncJob job, JobRecord record)
    {
        var (tenant, name) = (record.Caller.Tenant, Name(record.Id));
        try
        {
            var there = await claims.FindAsync(tenant, name);
            if (there?.Outcome is not null)
                job.Cancel();
            else if (there is null)
                await claims.TakeAsync(tenant, name, Claim(record));
            return true;
        }
        catch (GatewayException)
        {
            return false; // it is asked again
        }
    }

    // What this process knows best. Of a job that runs elsewhere no more is known than that.
    private AsyncState? Running(string tenant, string id) => Here(tenant, id) is { } job ? AsyncState.Of(job.Record!) : null;

    private AsyncJob? Here(string tenant, string id) => _running.TryGetValue(id, out var job) && job.Record!.Caller.Tenant == tenant ? job : null;

    private static Claim Claim(JobRecord record) => new(record.Id, AsyncState.Of(record).Write(), null);

    private static GatewayException Unavailable(string message) => new(new GatewayError(ErrorKind.StoreUnavailable, message) { RetryAfter = Look });

    private static string Name(string id) => $"job:{id}";

    private static Partition Partition(string tenant) => new(tenant, "jobs", MaxBytes);
}
