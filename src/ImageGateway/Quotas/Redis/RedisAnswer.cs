using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>Reads what scripts answer: a word, and what follows it.</summary>
internal static class RedisAnswer
{
    /// <summary>The word; null when the answer is none of a script's.</summary>
    public static string? Word(RedisResult[] answer) => answer.Length > 0 ? (string?)answer[0] : null;
}
