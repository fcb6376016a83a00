using ImageGateway.Images;
using ImageGateway.Redis;
using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>
/// The quota connection to Redis, used for nothing else: a large value on it would delay every script behind it. A failed or
/// slow call opens a circuit breaker, so that later calls fail at once, as does a <see cref="ProbeAsync"/> without an answer; one with an answer closes it.
/// </summary>
internal sealed class RedisLink : IDisposable
{
    // The client library's own timeout does not apply to awaited calls.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Loading = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly ConnectionMultiplexer _redis;
    private volatile bool _isOpen;
    private long _failures;

    private RedisLink(ConnectionMultiplexer redis, TimeSpan patience) => (_redis, Patience) = (redis, patience);

    /// <summary>The longest a call may take.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Why the circuit opened; null while it is closed.</summary>
    public string? Outage { get; private set; }

    /// <summary>Calls that failed or took too long.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>True while no call is let through.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Connects, or keeps trying when the server does not answer.</summary>
    /// <param name="connectionString">The server or servers.</param>
    /// <param name="patience">The longest a call may take; 250 ms, and more in tests on busy machines, which also connect more slowly.</param>
    /// <exception cref="ArgumentException">The connection string is not valid.</exception>
    public static async Task<RedisLink> ConnectAsync(string connectionString, TimeSpan? patience = null)
    {
        var redis = await RedisServers.ConnectAsync(connectionString, "quotas", patience ?? Usual);
        await Task.WhenAll(redis.GetEndPoints().Select(endpoint => LoadAsync(redis.GetServer(endpoint))));
        return new RedisLink(redis, patience ?? Usual);
    }

    // So that the first job does not wait for one-time work. An unreachable server gets each script on first use.
    private static async Task LoadAsync(IServer server)
    {
        try
        {
            foreach (var script in server.IsConnected ? RedisScript.All : [])
                await server.ScriptLoadAsync(script.Text).WaitAsync(Loading);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
        }
    }

    /// <summary>Runs a script.</summary>
    /// <exception cref="GatewayException">Redis cannot be reached, is slow, or answers with an error.</exception>
    public async Task<RedisResult[]> RunAsync(RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        if (_isOpen)
            throw Unavailable(null);
        try
        {
            return (RedisResult[]?)await EvaluateAsync(script, keys, values).WaitAsync(Patience) ?? throw new InvalidCastException("no answer");
        }
        catch (Exception e) when (RedisServers.IsOutage(e))
        {
            Interlocked.Increment(ref _failures);
            Open(e);
            throw Unavailable(e);
        }
        catch (Exception e) when (e is RedisException or InvalidCastException)
        {
            Interlocked.Increment(ref _failures);
            throw Unavailable(e);
        }
    }

    /// <summary>Pings the server: closes the circuit when it answers in time, opens it when it does not. True when it answers.</summary>
    public async Task<bool> ProbeAsync()
    {
        var (wasOpen, start) = (_isOpen, TimeProvider.System.GetTimestamp());
        try
        {
            // While the circuit is closed, a short pause that no job notices must not open it.
            await _redis.GetDatabase().PingAsync().WaitAsync(wasOpen ? Patience : Idle(Patience));
            // A call may have opened the circuit meanwhile: only an answer in time closes it.
            if (wasOpen || TimeProvider.System.GetElapsedTime(start) <= Patience)
                (Outage, _isOpen) = (null, false);
            return !_isOpen;
        }
        catch (Exception e) when (RedisServers.IsOutage(e) || e is RedisException)
        {
            // The first failure's reason is kept, since it says more; and a server that answers with an error is there.
            if (!_isOpen && RedisServers.IsOutage(e))
                Open(e);
            return false;
        }
    }

    /// <summary>The client's error for every failure of Redis.</summary>
    public static GatewayException Unavailable(Exception? cause) =>
        new(new GatewayError(ErrorKind.StoreUnavailable, "The quota store does not answer now. Please try again later.") { RetryAfter = Retry }, cause);

    public void Dispose() => _redis.Dispose();

    // A server without the script, because it is new or flushed its scripts, gets the full text.
    private async Task<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        var database = _redis.GetDatabase();
        try
        {
            return await database.ScriptEvaluateAsync(script.Hash, keys, values);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(script.Text, keys, values, CommandFlags.NoScriptCache);
        }
    }

    private static TimeSpan Idle(TimeSpan patience) => 4 * patience;

    private void Open(Exception e)
    {
        Outage = e is TimeoutException ? $"no answer within {Patience.TotalMilliseconds} ms" : e.Message;
        _isOpen = true;
    }
}
