using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>
/// Calls of one script on the same keys. Calls that arrive while others are on their way to Redis are sent together as the next
/// batch, so that the busiest keys need the fewest scripts: a call is sent alone only when nothing is in flight. A call that
/// has waited as long as a call may take fails as if it had been sent.
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="script">Takes the leading arguments, then for each call the number of its arguments and the arguments; answers each.</param>
/// <param name="keys">The keys.</param>
/// <param name="first">The leading arguments at the time of sending.</param>
internal sealed class ScriptCalls(RedisLink link, RedisScript script, RedisKey[] keys, Func<RedisValue[]> first)
{
    // One or two milliseconds of Redis time.
    private const int Most = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Call> _waiting = [];
    private bool _isBusy;

    private sealed class Call(RedisValue[] values)
    {
        private readonly long _since = TimeProvider.System.GetTimestamp();

        public RedisValue[] Values => values;

        public TimeSpan Age => TimeProvider.System.GetElapsedTime(_since);

        public TaskCompletionSource<RedisResult[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Sends a call, now or with the next ones.</summary>
    /// <exception cref="Images.GatewayException">Redis cannot be reached, is slow, or answers with an error.</exception>
    public Task<RedisResult[]> RunAsync(params RedisValue[] values)
    {
        var call = new Call(values);
        bool isFirst;
        lock (_lock)
        {
            _waiting.Enqueue(call);
            isFirst = !_isBusy;
            _isBusy = true;
        }
        if (isFirst)
            _ = SendAsync();
        return call.Answer.Task;
    }

    private async Task SendAsync()
    {
        while (Take() is { Count: > 0 } calls)
            await SendAsync(calls);
    }

    private List<Call> Take()
    {
        var taken = new List<Call>();
        lock (_lock)
        {
            while (taken.Count < Most && _waiting.TryDequeue(out var call))
            {
                if (call.Age <= link.Patience)
                    taken.Add(call);
                else
                    call.Answer.SetException(RedisLink.Unavailable(null));
            }
            _isBusy = taken.Count > 0;
        }
        return taken;
    }

    // Every result, failures included, goes to the callers.
    private async Task SendAsync(List<Call> calls)
    {
        try
        {
            var answers = await link.RunAsync(script, keys, [.. first(), .. calls.SelectMany(call => call.Values.Prepend(call.Values.Length))]);
            for (var i = 0; i < calls.Count; i++)
                calls[i].Answer.SetResult(RedisAnswer.Part(answers, i));
        }
        catch (Exception e)
        {
            foreach (var call in calls)
                call.Answer.TrySetException(e);
        }
    }
}
