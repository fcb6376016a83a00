using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>Writes counters as script arguments.</summary>
internal static class RedisArguments
{
    // How long a counter without an end is kept while nothing is reserved; after that the ledger still has it.
    private static readonly long Idle = (long)TimeSpan.FromDays(30).TotalMilliseconds;

    /// <summary>The leading arguments of a call, then each counter's key, kind, measure, amount, enforced, max and end.</summary>
    public static RedisValue[] Of(IReadOnlyList<CounterUse> uses, params ReadOnlySpan<RedisValue> first)
    {
        var values = new RedisValue[first.Length + (7 * uses.Count)];
        first.CopyTo(values);
        var at = first.Length;
        foreach (var use in uses)
        {
            Hold(values.AsSpan(at), use, use.Amount);
            values[at + 6] = End(use, isKept: true);
            at += 7;
        }
        return values;
    }

    /// <summary>Key, kind, measure, amount, enforced and max of a counter.</summary>
    public static RedisValue[] Held(CounterUse use, long amount)
    {
        var values = new RedisValue[6];
        Hold(values, use, amount);
        return values;
    }

    /// <summary>When a counter may be forgotten, in Unix ms; empty: never, since nothing else has it.</summary>
    public static RedisValue End(CounterUse use, bool isKept) => use.EndsAt is { } end ? end : isKept ? use.Now.ToUnixTimeMilliseconds() + Idle : "";

    private static void Hold(Span<RedisValue> values, CounterUse use, long amount)
    {
        values[0] = use.Key;
        values[1] = Kind(use.Shape);
        values[2] = Measured(use.Measure);
        values[3] = amount;
        values[4] = use.Limit.Enforced is { } enforced ? enforced : "";
        values[5] = use.Limit.Max;
    }

    private static string Kind(LimitShape shape) => shape switch { LimitShape.Minute => "bucket", LimitShape.Concurrent => "flight", _ => "sum" };

    private static string Measured(Measure measure) => measure switch { Measure.NanoUsd => "usd", Measure.OutputTokens => "tokens", _ => "count" };
}
