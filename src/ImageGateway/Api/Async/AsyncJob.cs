using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Tenants;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Api.Async;

/// <summary>A job that runs in this process without its client: until it is answered, cancelled or out of time, or the gateway stops.</summary>
internal sealed class AsyncJob : IHttpRequestLifetimeFeature, IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Finishes _finishes;
    private readonly ITimer _limit;
    private bool _hasEntered;

    public AsyncJob(HttpContext http, Finishes finishes, TimeProvider time)
    {
        _finishes = finishes;
        Client = Shadow.Of(http);
        RequestAborted = _end.Token;
        Client.Features.Set<IHttpRequestLifetimeFeature>(this);
        // Who is not there cannot leave: what ends this job is to end its call too.
        Client.Features.Set(http.Caller() with { OnDisconnect = DisconnectAction.Cancel });
        _limit = time.CreateTimer(static job => ((AsyncJob)job!).RunOut(), this, Finishes.Longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The exchange it runs on.</summary>
    public HttpContext Client { get; }

    /// <summary>Set when it is on its way and can be found; or why it is not.</summary>
    public TaskCompletionSource<AsyncState> Accepted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

    public CancellationToken RequestAborted { get; set; }

    /// <summary>What is recorded of it; null before it is planned.</summary>
    public JobRecord? Record => Client.Features.Get<JobRecord>();

    /// <summary>Counts it among the jobs without clients; false when there are enough.</summary>
    public bool TryEnter() => _hasEntered = _finishes.TryEnter();

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
        foreach (var hold in (ClaimHold?[])[Name, Key])
            await (hold?.DisposeAsync() ?? default);
        if (_hasEntered)
            _finishes.Leave();
        _end.Dispose();
    }

    private void RunOut()
    {
        HasRunOut = true;
        Abort();
    }
}
