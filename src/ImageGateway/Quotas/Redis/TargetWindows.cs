using System.Collections.Concurrent;
using ImageGateway.Images;
using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>The minute of targets that replicas share: what all of them took within the last 60 s, each target under its own keys.</summary>
/// <param name="link">The connection.</param>
/// <param name="clock">The moment in Unix ms for tests; null: the server's.</param>
internal sealed class TargetWindows(RedisLink link, Func<long>? clock = null)
{
    private readonly ConcurrentDictionary<string, ScriptCalls> _targets = new();

    /// <summary>Takes room for so many calls and pictures: zero when it was taken, else how long until there is some; null: Redis does not answer.</summary>
    /// <param name="target">The target's name.</param>
    /// <param name="calls">Calls.</param>
    /// <param name="mostCalls">Its calls a minute; null: not limited.</param>
    /// <param name="images">Pictures.</param>
    /// <param name="mostImages">Its pictures a minute; null: not limited.</param>
    public async ValueTask<TimeSpan?> TakeAsync(string target, int calls, int? mostCalls, int images, int? mostImages)
    {
        try
        {
            var answer = await _targets.GetOrAdd(target, Begin).RunAsync(calls, Most(mostCalls), images, Most(mostImages));
            return RedisAnswer.Word(answer) == "ok" ? TimeSpan.FromMilliseconds(RedisAnswer.Number(answer, 1)) : null;
        }
        catch (GatewayException)
        {
            // The circuit's outage is logged by the keeper; what this process took itself is known without Redis.
            return null;
        }
    }

    private ScriptCalls Begin(string target) => new(link, RedisScript.Window, [$"igw:{{target:{target}}}:taken", $"igw:{{target:{target}}}:sums"], () => [clock?.Invoke() ?? 0]);

    private static RedisValue Most(int? most) => most is { } limit ? limit : "";
}
