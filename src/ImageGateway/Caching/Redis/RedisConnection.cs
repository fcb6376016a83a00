using ImageGateway.Images;
using ImageGateway.Redis;
using StackExchange.Redis;

namespace ImageGateway.Caching.Redis;

/// <summary>
/// A connection to Redis that no other part uses, so that nothing waits behind its large values. After a failed or slow call no
/// other is made for a second, and a warning is logged at intervals.
/// </summary>
internal sealed partial class RedisConnection : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private readonly ConnectionMultiplexer _redis;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private long _pausedUntil;
    private long _quietUntil;
    private long _failures;

    /// <summary>Makes calls over a connection, which it owns.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="patience">The longest a call may take. The library's own timeout does not apply to awaited calls.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    public RedisConnection(ConnectionMultiplexer redis, TimeSpan patience, TimeProvider time, ILogger<RedisConnection> log) => (_redis, _patience, _time, _log) = (redis, patience, time, log);

    /// <summary>Calls that failed or took too long.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Makes a call.</summary>
    /// <exception cref="GatewayException">Redis cannot be reached, is slow, is full or answers with another error.</exception>
    public async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> call)
    {
        if (Now < Interlocked.Read(ref _pausedUntil))
            throw Unavailable(null);
        try
        {
            return await call(_redis.GetDatabase()).WaitAsync(_patience);
        }
        catch (Exception e) when (RedisServers.IsOutage(e))
        {
            Interlocked.Exchange(ref _pausedUntil, Now + (long)Pause.TotalMilliseconds);
            Log(e);
            throw Unavailable(e);
        }
        catch (RedisException e)
        {
            Log(e);
            throw Unavailable(e);
        }
    }

    /// <summary>Runs a script; if the server has lost its scripts, the script is sent again.</summary>
    /// <exception cref="GatewayException">Redis cannot be reached, is slow, is full or answers with another error.</exception>
    public Task<RedisResult> ScriptAsync(string script, RedisKey[] keys, RedisValue[] values) => RunAsync(async database =>
    {
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, values);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(script, keys, values, CommandFlags.NoScriptCache);
        }
    });

    /// <summary>Makes a call without waiting for its result.</summary>
    /// <param name="call">The call.</param>
    /// <param name="evenPaused">True for a call that undoes one that took too long: it is queued behind that one.</param>
    public void Send(Action<IDatabase> call, bool evenPaused = false)
    {
        if (!evenPaused && Now < Interlocked.Read(ref _pausedUntil))
            return;
        try
        {
            call(_redis.GetDatabase());
        }
        catch (Exception e) when (e is RedisException or ObjectDisposedException)
        {
            Log(e);
        }
    }

    public void Dispose() => _redis.Dispose();

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static GatewayException Unavailable(Exception? cause) =>
        new(new GatewayError(ErrorKind.StoreUnavailable, "The response store does not answer now. Please try again later.") { RetryAfter = Pause }, cause);

    private void Log(Exception e)
    {
        Interlocked.Increment(ref _failures);
        var until = Interlocked.Read(ref _quietUntil);
        if (Now >= until && Interlocked.CompareExchange(ref _quietUntil, Now + (long)Quiet.TotalMilliseconds, until) == until)
            LogFailed(_log, e is TimeoutException ? "it is slow" : e.Message);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis cannot be used for stored responses; requests go to providers again: {Message}")]
    private static partial void LogFailed(ILogger log, string message);
}
