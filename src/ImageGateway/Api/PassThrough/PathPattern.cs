namespace ImageGateway.Api.PassThrough;

/// <summary>
/// A path of words, <c>{name}</c> for any one segment and, at its end, <c>{**name}</c> for all that follow. The framework's
/// routing does not fit: a reload may bring other paths, and two patterns have to be compared.
/// </summary>
internal sealed class PathPattern
{
    // Null matches any segment.
    private readonly string?[] _segments;
    private readonly bool _hasRest;

    private PathPattern(string?[] segments, bool hasRest) => (_segments, _hasRest) = (segments, hasRest);

    /// <summary>Parses a pattern; null when it is not valid.</summary>
    public static PathPattern? Parse(string text)
    {
        if (text.Length < 2 || text[0] != '/')
            return null;
        var segments = text[1..].Split('/');
        var hasRest = segments[^1].StartsWith("{*", StringComparison.Ordinal) && IsName(segments[^1].Trim('{', '}').TrimStart('*'));
        var fixedOnes = hasRest ? segments[..^1] : segments;
        return Array.TrueForAll(fixedOnes, segment => IsAny(segment) || IsWord(segment))
            ? new PathPattern(Array.ConvertAll(fixedOnes, segment => IsAny(segment) ? null : segment), hasRest)
            : null;
    }

    /// <summary>True when the pattern matches the path; a trailing slash is ignored.</summary>
    public bool Matches(PathString path)
    {
        var left = (path.Value ?? "").AsSpan().TrimEnd('/');
        foreach (var segment in _segments)
        {
            if (left.IsEmpty)
                return false;
            left = left[1..];
            var end = left.IndexOf('/');
            var next = end < 0 ? left : left[..end];
            if (next.IsEmpty || (segment is not null && !next.Equals(segment, StringComparison.OrdinalIgnoreCase)))
                return false;
            left = left[next.Length..];
        }
        return left.IsEmpty || _hasRest;
    }

    /// <summary>True when some path matches both patterns.</summary>
    public bool Overlaps(PathPattern other)
    {
        var common = Math.Min(_segments.Length, other._segments.Length);
        for (var i = 0; i < common; i++)
        {
            if (_segments[i] is { } mine && other._segments[i] is { } its && !mine.Equals(its, StringComparison.OrdinalIgnoreCase))
                return false;
        }
        return _segments.Length == other._segments.Length || (_segments.Length < other._segments.Length ? _hasRest : other._hasRest);
    }

    /// <summary>True when the first segment is this word.</summary>
    public bool IsBelow(string root) => _segments.Length > 0 && root.Equals(_segments[0], StringComparison.OrdinalIgnoreCase);

    /// <summary>A path that matches, to ask a provider whether it serves such paths.</summary>
    public PathString Example() => new($"/{string.Join('/', _segments.Select(segment => segment ?? "x"))}");

    private static bool IsAny(string segment) => segment is ['{', .. var name, '}'] && IsName(name);

    private static bool IsName(string text) => text.Length > 0 && text.All(char.IsAsciiLetterOrDigit);

    private static bool IsWord(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.') && text is not ("." or "..");
}
