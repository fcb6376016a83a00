namespace ImageGateway.Api.Async;

/// <summary>
/// The request header <c>Prefer</c> (RFC 7240): a list of preferences, each with an optional value and parameters. Unknown
/// preferences are ignored.
/// </summary>
internal static class Preference
{
    /// <summary>The preference for a response that is fetched later.</summary>
    public const string RespondAsync = "respond-async";

    /// <summary>True when the client prefers it.</summary>
    public static bool IsAsync(HttpRequest request)
    {
        foreach (var line in request.Headers["Prefer"])
        {
            for (var rest = line.AsSpan(); !rest.IsEmpty;)
            {
                var end = End(rest);
                if (Name(rest[..end]).Equals(RespondAsync, StringComparison.OrdinalIgnoreCase))
                    return true;
                rest = end == rest.Length ? default : rest[(end + 1)..];
            }
        }
        return false;
    }

    // respond-async has no value: with one it is another preference; an empty value counts as none (section 2).
    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> preference)
    {
        var parameters = preference.IndexOf(';');
        var name = (parameters < 0 ? preference : preference[..parameters]).Trim(" \t");
        return name.EndsWith("=\"\"", StringComparison.Ordinal) ? name[..^3].TrimEnd(" \t") : name;
    }

    // A comma within quotes does not end a preference.
    private static int End(ReadOnlySpan<char> list)
    {
        var isQuoted = false;
        for (var i = 0; i < list.Length; i++)
        {
            if (list[i] == '"')
                isQuoted = !isQuoted;
            else if (list[i] == '\\' && isQuoted)
                i++;
            else if (list[i] == ',' && !isQuoted)
                return i;
        }
        return list.Length;
    }
}
