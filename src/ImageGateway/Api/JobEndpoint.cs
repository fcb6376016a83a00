using ImageGateway.Api.Async;
using ImageGateway.Images;
using ImageGateway.Ledger.Queries;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>
/// <c>/v1/images/jobs/{request-id}</c>: the state of one of this tenant's jobs, with the response if it is fetched here;
/// <c>DELETE</c> cancels a job whose client is not waiting for it.
/// </summary>
internal static class JobEndpoint
{
    private const string Path = "/v1/images/jobs/{id}";

    public static void MapImageJobs(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, GetAsync);
        app.MapDelete(Path, CancelAsync);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext http, AsyncJobStore jobs, LedgerReader ledger)
    {
        var owner = http.Caller().Owner;
        if (await jobs.FindAsync(owner, id) is not { } state)
            return Known(http, await ReadAsync(id, http, ledger));
        if (!state.HasEnded)
            return JobResult.Later(http, state.Job);
        var answer = state.Job.Status == AsyncState.Completed ? await jobs.AnswerAsync(owner, id) : null;
        return answer is null ? await EndedAsync(state, http, ledger) : JobResult.Of(await LatestAsync(state, http, ledger), answer);
    }

    // A running job may be one whose process has died: who polls it must go on until the ledger closes it.
    private static JobResult Known(HttpContext http, JobAnswer job) => job.Status == AsyncState.Running ? JobResult.Later(http, job) : JobResult.Of(job);

    private static async Task<IResult> CancelAsync(string id, HttpContext http, AsyncJobStore jobs, LedgerReader ledger)
    {
        if (await jobs.CancelAsync(http.Caller().Owner, id) is { } state)
            return await EndedAsync(state, http, ledger);
        var job = await ReadAsync(id, http, ledger);
        return job.Status != AsyncState.Running ? JobResult.Of(job)
            : throw new GatewayException(ErrorKind.Conflict, "A client is waiting for this job's response; only that client can cancel it.", "id");
    }

    private static async Task<IResult> EndedAsync(AsyncState state, HttpContext http, LedgerReader ledger)
    {
        var job = await LatestAsync(state, http, ledger);
        return state.Error is { } error ? JobResult.Of(job, error) : JobResult.Of(job);
    }

    // The ledger may know more, such as what a cancelled job cost; without a ledger, or while it lags, the job's own state is
    // used.
    private static async Task<JobAnswer> LatestAsync(AsyncState state, HttpContext http, LedgerReader ledger)
    {
        try
        {
            var job = await ReadAsync(state.Job.Id, http, ledger);
            return job.Status == AsyncState.Running ? state.Job : job with { Status = state.Job.Status };
        }
        catch (GatewayException e) when (e.Error.Kind is ErrorKind.StoreUnavailable or ErrorKind.NotFound)
        {
            return state.Job;
        }
    }

    private static async Task<JobAnswer> ReadAsync(string id, HttpContext http, LedgerReader ledger)
    {
        var caller = http.Caller();
        return await ledger.ReadAsync(async connection =>
        {
            // The intent is read first: a job that ends in between is then found as an entry.
            var running = await JobQueries.RunningAsync(connection, id, http.RequestAborted);
            var rows = await JobQueries.EntryAsync(connection, id, http.RequestAborted);
            return rows is [var entry, ..] && entry.Id == id && entry.Corrects is null && entry.Tenant == caller.Tenant ? JobAnswer.Ended(rows, caller.HideTarget)
                : rows.Count == 0 && running?.Tenant == caller.Tenant ? JobAnswer.Running(running, caller.HideTarget)
                : throw new GatewayException(ErrorKind.NotFound, $"There is no job '{GatewayException.Shortened(id)}'.", "id");
        }, http.RequestAborted);
    }
}
