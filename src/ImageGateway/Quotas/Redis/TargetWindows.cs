using System.Collections.Concurrent;
using ImageGateway.Images;
using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>The 60-s windows of targets that replicas share: the calls and images of all replicas, each target under its own keys.</summary>
/// <param name="link">The connection.</param>
/// <param name="clock">The time in Unix ms for tests; null: the server's.</param>
internal sealed class TargetWindows(RedisLink link, Func<long>? clock = null)
{
    private readonly ConcurrentDictionary<string, ScriptCalls> _targets = new();

    /// <summary>
    /// Takes capacity for so many calls and images: zero when it was taken, else how long until there is some; null: Redis does
    /// not answer.
    /// </summary>
    /// <param name="target">The target's name.</param>
    /// <param name="calls">Calls.</param>
    /// <param name="mostCalls">Its calls per minute; null: not limited.</param>
    /// <param name="images">Images.</param>
    /// <param name="mostImages">Its images per minute; null: not limited.</param>
    public async ValueTask<TimeSpan?> TakeAsync(string target, int calls, int? mostCalls, int images, int? mostImages)
    {
        try
        {
            var answer = await _targets.GetOrAdd(target, Begin).RunAsync(calls, Most(mostCalls), images, Most(mostImages));
            return RedisAnswer.Word(answer) == "ok" ? TimeSpan.FromMilliseconds(RedisAnswer.Number(answer, 1)) : null;
        }
        catch (GatewayException)
        {
            // Maintenance logs the outage; this process knows its own usage without Redis.
            return null;
        }
    }

    private ScriptCalls Begin(string target) => new(link, RedisScript.Window, [$"igw:{{target:{target}}}:taken", $"igw:{{target:{target}}}:sums"], () => [clock?.Invoke() ?? 0]);

    private static RedisValue Most(int? most) => most is { } limit ? limit : "";
}
