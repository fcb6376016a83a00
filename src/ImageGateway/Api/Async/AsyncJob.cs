using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Tenants;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Api.Async;

/// <summary>A job that runs in this process without its client: until it is answered, cancelled or out of time, or the gateway stops.</summary>
internal sealed class AsyncJob : IHttpRequestLifetimeFeature, IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource<AsyncState> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task> _acceptance;
    private readonly RunningJobs _runningJobs;
    private readonly ITimer _limit;
    private bool _hasEntered;

    /// <summary>A job of a client that does not wait.</summary>
    /// <param name="http">The client's exchange, of which nothing is used later.</param>
    /// <param name="runningJobs">What counts jobs without clients.</param>
    /// <param name="post">Makes it known, when it is accepted.</param>
    /// <param name="time">The clock.</param>
    public AsyncJob(HttpContext http, RunningJobs runningJobs, Func<AsyncJob, Task<AsyncState>> post, TimeProvider time)
    {
        _runningJobs = runningJobs;
        _acceptance = new Lazy<Task>(() => AcceptAsync(post));
        Client = DetachedContext.Of(http);
        RequestAborted = _end.Token;
        Client.Features.Set<IHttpRequestLifetimeFeature>(this);
        // Who is not there cannot leave: what ends this job is to end its call too.
        Client.Features.Set(http.Caller() with { OnDisconnect = DisconnectAction.Cancel });
        _limit = time.CreateTimer(static job => ((AsyncJob)job!).RunOut(), this, RunningJobs.Longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The exchange it runs on.</summary>
    public HttpContext Client { get; }

    /// <summary>How it stands when it is accepted; or why it is not.</summary>
    public Task<AsyncState> Accepted => _accepted.Task;

    /// <summary>Its name among all replicas; null before it is accepted.</summary>
    public ClaimHold? Name { get; set; }

    /// <summary>Its Idempotency-Key, while it runs.</summary>
    public ClaimHold? Key { get; set; }

    /// <summary>The id of the job with the same key that runs already; then this one does not.</summary>
    public string? Repeats { get; set; }

    /// <summary>True when the client has cancelled it.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>True when it took longer than a job without a client may.</summary>
    public bool HasRunOut { get; private set; }

    /// <summary>True when the gateway stops, and has waited long enough.</summary>
    public bool IsStopped => _runningJobs.Over.IsCancellationRequested;

    public CancellationToken RequestAborted { get; set; }

    /// <summary>What is recorded of it; null before its request is read.</summary>
    public JobRecord? Record => Client.Features.Get<JobRecord>();

    /// <summary>Counts it among the jobs without clients; false when there are enough.</summary>
    public bool TryEnter() => _hasEntered = _runningJobs.TryEnter();

    /// <summary>From here on its client is told of it by its id alone. Once, however often it is called.</summary>
    /// <exception cref="GatewayException">It cannot be made known.</exception>
    public Task AcceptAsync() => _acceptance.Value;

    /// <summary>It is over, and was not accepted.</summary>
    public void Refuse(Exception why) => _accepted.TrySetException(why);

    /// <summary>Whoever repeats its request from here on is answered by the key itself.</summary>
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

    /// <summary>Ends it; nothing when it is over.</summary>
    public void Abort()
    {
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was over at this moment.
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
        _accepted.SetResult(await post(this));
        await Task.Yield(); // the client is answered first
    }

    private void RunOut()
    {
        HasRunOut = true;
        Abort();
    }
}
