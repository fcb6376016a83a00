using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Api;

/// <summary>Route values that may contain escaped slashes: the server decodes everything else in a path.</summary>
internal static class RouteText
{
    /// <summary>A name with its slashes, for names without percent signs.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static string? Slashed(string? value) => value?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A value of one segment with any content. The server's value <c>a%2Fb</c> may have been sent for <c>a/b</c> or, as
    /// <c>a%252Fb</c>, for itself; the raw URL decides.
    /// </summary>
    public static string Whole(HttpContext http, string value)
    {
        var segments = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].Split('/');
        return segments.LastOrDefault(segment => ButSlashes(segment) == value) is { } sent ? Uri.UnescapeDataString(sent) : Slashed(value);
    }

    private static string ButSlashes(string segment) =>
        Uri.UnescapeDataString(segment.Replace("%2F", "%252F", StringComparison.Ordinal).Replace("%2f", "%252f", StringComparison.Ordinal));
}
