using System.Collections.Concurrent;

namespace ImageGateway.Images;

/// <summary>The values of a metric's tag: the first so many are themselves, every later one is <c>other</c>, so that no caller can grow the memory.</summary>
/// <param name="most">How many are themselves.</param>
internal sealed class BoundedTagValues(int most)
{
    /// <summary>What stands for all that came too late.</summary>
    public const string Other = "other";

    private readonly ConcurrentDictionary<string, string> _known = new();
    private int _count;

    /// <summary>The tag's value for a word.</summary>
    public string Of(string word) => _known.TryGetValue(word, out var known) ? known : Add(word);

    private string Add(string word)
    {
        if (Volatile.Read(ref _count) >= most || Interlocked.Increment(ref _count) > most)
            return Other;
        return _known.GetOrAdd(word, word);
    }
}
