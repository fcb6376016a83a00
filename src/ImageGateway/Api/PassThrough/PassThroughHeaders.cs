using System.Collections.Frozen;
using System.Net.Http.Headers;
using Microsoft.Extensions.Primitives;

namespace ImageGateway.Api.PassThrough;

/// <summary>
/// Which headers stop at the gateway for an API that it does not know. Unlike with image requests, everything else passes: only
/// a client's credentials, cookies, traces and address, and a provider's account, limits, cookies and hosts are removed.
/// </summary>
internal static class PassThroughHeaders
{
    private static readonly FrozenSet<string> Request = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Host", "Authorization", "api-key", "x-api-key", "x-goog-api-key", "Ocp-Apim-Subscription-Key", "Cookie", "OpenAI-Organization", "OpenAI-Project",
        "traceparent", "tracestate", "baggage", "Correlation-Context", "Request-Id", "x-request-id", "Forwarded", "Via", "X-Real-IP");

    private static readonly string[] RequestPrefixes = ["x-gateway-", "x-forwarded-"];

    private static readonly FrozenSet<string> Response = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Set-Cookie", "OpenAI-Organization", "OpenAI-Project", "x-request-id", "apim-request-id", "Location", "Content-Location", "Operation-Location",
        "WWW-Authenticate", "Alt-Svc", "Strict-Transport-Security", "Server", "Via", "NEL", "Report-To", "Reporting-Endpoints");

    private static readonly string[] ResponsePrefixes = ["x-gateway-", "x-ratelimit-", "x-ms-", "cf-"];

    /// <summary>Removes headers that must not pass from a copied request.</summary>
    /// <param name="headers">The copied headers.</param>
    /// <param name="connection">The client's <c>Connection</c> header: it names hop-by-hop headers, which YARP copies.</param>
    public static void Clean(HttpRequestHeaders headers, StringValues connection)
    {
        var hop = connection.SelectMany(value => value!.Split(',', StringSplitOptions.TrimEntries)).ToList();
        var dropped = new List<string>();
        foreach (var (name, _) in headers.NonValidated)
        {
            if (IsIn(name, Request, RequestPrefixes) || hop.Contains(name, StringComparer.OrdinalIgnoreCase))
                dropped.Add(name);
        }
        foreach (var name in dropped)
            headers.Remove(name);
    }

    /// <summary>Removes headers that must not pass from a copied response.</summary>
    /// <param name="headers">The copied headers.</param>
    /// <param name="connection">The headers that the provider's <c>Connection</c> names.</param>
    public static void Clean(IHeaderDictionary headers, HttpHeaderValueCollection<string>? connection)
    {
        foreach (var name in connection ?? Enumerable.Empty<string>())
            headers.Remove(name);
        foreach (var name in headers.Keys.ToList())
        {
            if (IsIn(name, Response, ResponsePrefixes))
                headers.Remove(name);
        }
    }

    private static bool IsIn(string name, FrozenSet<string> names, string[] prefixes) =>
        names.Contains(name) || Array.Exists(prefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
