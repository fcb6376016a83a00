using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>Reads the scripts' results: a word and what follows it. What no script answers is as if Redis were away.</summary>
internal static class RedisAnswer
{
    /// <summary>The word; null when the result is not from a script.</summary>
    public static string? Word(RedisResult[] answer) => answer.Length > 0 ? (string?)answer[0] : null;

    /// <summary>The number at a place.</summary>
    /// <exception cref="Images.GatewayException">There is none.</exception>
    public static long Number(RedisResult[] answer, int place) => Read(answer, place, static result => (long)result);

    /// <summary>The answer at a place, of many in one.</summary>
    /// <exception cref="Images.GatewayException">There is none.</exception>
    public static RedisResult[] Part(RedisResult[] answer, int place) => Read(answer, place, static result => (RedisResult[]?)result) ?? throw RedisLink.Unavailable(null);

    private static T Read<T>(RedisResult[] answer, int place, Func<RedisResult, T> read)
    {
        try
        {
            return read(answer[place]);
        }
        catch (Exception e) when (e is InvalidCastException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw RedisLink.Unavailable(e);
        }
    }
}
