using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Tenants;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ImageGateway.Api.Async;

/// <summary>A job that runs in this process without a waiting client, until it completes, is cancelled, times out, or the gateway stops.</summary>
internal sealed class AsyncJob : IHttpRequestLifetimeFeature, IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource<AsyncState> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task> _acceptance;
    private readonly RunningJobs _runningJobs;
    private readonly ITimer _limit;
    private bool _hasEntered;

    /// <summary>Creates a job for a client that does not wait.</summary>
    /// <param name="http">The client's exchange; the job does not use it later.</param>
    /// <param name="runningJobs">Counts jobs without clients.</param>
    /// <param name="post">Publishes the job when it is accepted.</param>
    /// <param name="time">The clock.</param>
    public AsyncJob(HttpContext http, RunningJobs runningJobs, Func<AsyncJob, Task<AsyncState>> post, TimeProvider time)
    {
        _runningJobs = runningJobs;
        _acceptance = new Lazy<Task>(() => AcceptAsync(post));
        Client = DetachedContext.Of(http);
        RequestAborted = _end.Token;
        Client.Features.Set<IHttpRequestLifetimeFeature>(this);
        // There is no client that could disconnect: whatever ends this job must also cancel its call.
        Client.Features.Set(http.Caller() with { OnDisconnect = DisconnectAction.Cancel });
        _limit = time.CreateTimer(static job => ((AsyncJob)job!).RunOut(), this, RunningJobs.Longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The exchange it runs on.</summary>
    public HttpContext Client { get; }

    /// <summary>The state when the job was accepted, or the reason why it was not.</summary>
    public Task<AsyncState> Accepted => _accepted.Task;

    /// <summary>The headers it had when it was accepted: what is held, and how limits stand.</summary>
    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; private set; } = [];

    /// <summary>Its claim among all replicas; null before it is accepted.</summary>
    public ClaimHold? Name { get; set; }

    /// <summary>The claim of its Idempotency-Key while it runs.</summary>
    public ClaimHold? Key { get; set; }

    /// <summary>The id of the running job with the same idempotency key; then this one does not run.</summary>
    public string? Repeats { get; set; }

    /// <summary>True when the client has cancelled it.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>True when it exceeded the time limit of a job without a client.</summary>
    public bool HasRunOut { get; private set; }

    /// <summary>True when the gateway is stopping and the drain timeout is over.</summary>
    public bool IsStopped => _runningJobs.Over.IsCancellationRequested;

    public CancellationToken RequestAborted { get; set; }

    /// <summary>The job's record; null before its request is read.</summary>
    public JobRecord? Record => Client.Features.Get<JobRecord>();

    /// <summary>Counts it among the jobs without clients; false when there are too many.</summary>
    public bool TryEnter() => _hasEntered = _runningJobs.TryEnter();

    /// <summary>Publishes the job; from here on the client knows it only by its id. Runs once, however often it is called.</summary>
    /// <exception cref="GatewayException">It cannot be published.</exception>
    public Task AcceptAsync() => _acceptance.Value;

    /// <summary>The job ended without being accepted.</summary>
    public void Refuse(Exception why) => _accepted.TrySetException(why);

    /// <summary>Releases the idempotency key; from here on a repeated request gets the stored response of that key.</summary>
    public async ValueTask FreeKeyAsync()
    {
        await (Key?.DisposeAsync() ?? default);
        Key = null;
    }

    public void Cancel()
    {
        IsCancelled = true;
        Abort();
    }

    /// <summary>Cancels it; no effect when it is over.</summary>
    public void Abort()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this very moment.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _limit.DisposeAsync();
        await FreeKeyAsync();
        await (Name?.DisposeAsync() ?? default);
        if (_hasEntered)
            _runningJobs.Leave();
        _end.Dispose();
    }

    private async Task AcceptAsync(Func<AsyncJob, Task<AsyncState>> post)
    {
        var state = await post(this);
        Headers = [.. Client.Response.Headers];
        _accepted.SetResult(state);
        await Task.Yield(); // the client gets its response first
    }

    private void RunOut()
    {
        HasRunOut = true;
        Abort();
    }
}
