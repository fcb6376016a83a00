using System.Collections.Concurrent;

namespace ImageGateway.Images;

/// <summary>
/// The values of a metric's tag: the first ones are used as they are, all later ones become <c>other</c>, so that no caller can
/// grow the memory.
/// </summary>
/// <param name="most">How many values are used as they are.</param>
internal sealed class BoundedTagValues(int most)
{
    /// <summary>The value for all later ones.</summary>
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
