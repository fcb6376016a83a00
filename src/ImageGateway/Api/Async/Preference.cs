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
    public static bool IsAsync(HttpRequest request) =>
        Array.Exists(request.Headers.GetCommaSeparatedValues("Prefer"), preference => Name(preference).Equals(RespondAsync, StringComparison.OrdinalIgnoreCase));

    // respond-async has no value: with one it is another preference; an empty value counts as none (section 2).
    private static ReadOnlySpan<char> Name(string preference)
    {
        var name = preference.AsSpan(0, preference.IndexOf(';') is var parameters and >= 0 ? parameters : preference.Length).Trim(" \t");
        return name.EndsWith("=\"\"", StringComparison.Ordinal) ? name[..^3].TrimEnd(" \t") : name;
    }
}
