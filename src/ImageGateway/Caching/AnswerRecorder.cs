using ImageGateway.Images;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Caching;

/// <summary>
/// Runs a job whose response is kept: records what passes to the client, continues when the client has disconnected, and
/// finally builds the stored response, after the client has all of it or, if it must be stored first, before the client gets
/// the end.
/// </summary>
internal sealed class AnswerRecorder(BlockPool pool, RecordingBudget budget, RunningJobs runningJobs, TimeProvider time)
{
    /// <summary>A recording for a job that is about to run; the caller disposes it.</summary>
    public AnswerRecording Record() => new(pool, budget.Bytes);

    /// <summary>A recording for a job without a client: beyond the budget it is kept nevertheless, since it is the only copy.</summary>
    public AnswerRecording RecordOnlyCopy() => new(pool, budget.Bytes, isOnlyCopy: true);

    /// <summary>False when recordings without a client have exceeded the budget, so that no further ones may begin.</summary>
    public bool HasRoom => !budget.Bytes.IsOverdrawn;

    /// <summary>Runs the job; returns the response when it is complete and could be kept, else null.</summary>
    /// <param name="http">The client's exchange.</param>
    /// <param name="ask">The job.</param>
    /// <param name="recording">Records its response.</param>
    /// <param name="mayFinish">Called when the client disconnects: whether the job continues.</param>
    /// <param name="run">Runs the rest of the job.</param>
    /// <exception cref="GatewayException">The job failed.</exception>
    public async Task<StoredAnswer?> RunAsync(HttpContext http, ReplayAsk ask, AnswerRecording recording, Func<bool> mayFinish, Func<Task> run)
    {
        var record = ask.Record;
        var (server, client) = (http.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), http.RequestAborted);
        using var tee = recording.Tee = new Tee(server.Writer, recording, pool, client);
        using var departure = new Departure(record, recording, runningJobs, mayFinish, time);
        http.Features.Set<IHttpResponseBodyFeature>(new KeptBody(server, tee));
        http.RequestAborted = departure.Job;
        // Without a length the response ends when the server says so, not with its last byte.
        if (ask.EndsWhenKept && !http.Response.HasStarted)
            http.Response.OnStarting(static response => Task.FromResult(((HttpResponse)response).ContentLength = null), http.Response);
        try
        {
            using (client.UnsafeRegister(static left => ((Departure)left!).ClientLeft(), departure))
                await run();
        }
        finally
        {
            http.Features.Set(server);
            http.RequestAborted = client;
            recording.End();
        }
        if (record.Status != JobStatus.Completed || !recording.IsKept)
            return null;
        // The client need not wait for what follows, unless it relies on it; nor does what follows wait for a client that is behind.
        if (!client.IsCancellationRequested && !ask.EndsWhenKept && !tee.IsAhead)
            await server.CompleteAsync();
        return Stored(recording.Answer(), ask);
    }

    /// <summary>
    /// Runs a job without a client (<see cref="DetachedContext"/>); returns its response unchanged, if it is complete and
    /// could be kept.
    /// </summary>
    public async Task<StoredAnswer?> RecordAsync(HttpContext shadow, AnswerRecording recording, Func<Task> run)
    {
        var nowhere = shadow.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var tee = new Tee(nowhere.Writer, recording, pool, shadow.RequestAborted);
        shadow.Features.Set<IHttpResponseBodyFeature>(new KeptBody(nowhere, tee));
        await run();
        recording.End();
        return recording.Answer();
    }

    private StoredAnswer? Stored(StoredAnswer? answer, ReplayAsk ask)
    {
        var attempts = ask.Record.Attempts;
        var (given, cost) = (attempts[^1], 0L);
        foreach (var attempt in attempts)
        {
            if (attempt.Images > 0)
                (given, cost) = (attempt, cost + attempt.Contracted.Value);
        }
        return answer is null ? null : answer with { Model = given.Model, IsSimulated = ask.IsSimulated(given.Target), Size = given.Size, Quality = given.Quality, NanoUsd = cost, StoredAt = time.GetUtcNow() };
    }

    /// <summary>Handles a disconnect: the job continues, or its token cancels it.</summary>
    private sealed class Departure(JobRecord record, AnswerRecording recording, RunningJobs runningJobs, Func<bool> mayFinish, TimeProvider time) : IDisposable
    {
        private readonly CancellationTokenSource _job = new(Timeout.InfiniteTimeSpan, time);
        private CancellationTokenRegistration _over;
        private bool _isFinishing;

        public CancellationToken Job => _job.Token;

        // Before its first call the job has cost nothing, and a response that is not kept has no reader. After its last call
        // the images are paid for, and may still be on their way here or to the client.
        public void ClientLeft()
        {
            if (record.HasCost && recording.IsKept && mayFinish() && runningJobs.TryEnter())
            {
                _isFinishing = true;
                _over = runningJobs.Over.UnsafeRegister(static job => ((CancellationTokenSource)job!).Cancel(), _job);
                _job.CancelAfter(RunningJobs.Longest);
            }
            else
            {
                _job.Cancel();
            }
        }

        public void Dispose()
        {
            _over.Dispose();
            if (_isFinishing)
                runningJobs.Leave();
            _job.Dispose();
        }
    }
}

/// <summary>The memory of all recordings in this process.</summary>
internal sealed record RecordingBudget(BufferBudget Bytes);
