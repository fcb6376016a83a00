using System.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;

namespace ImageGateway.Providers;

/// <summary>
/// The header allow-lists. In both directions only the headers listed here pass: a client's credentials, cookies and identity
/// never reach a provider, and a provider's account, limits and cookies never reach a client. Azure rejects requests with more
/// than ten custom headers.
/// </summary>
internal static class HeaderRules
{
    private static readonly RequestHeadersAllowedTransform Request = new(["User-Agent", "OpenAI-Beta"]);

    private static readonly ResponseHeadersAllowedTransform Response = new(["Content-Type", "Content-Length", "OpenAI-Version", "OpenAI-Processing-Ms"]);
    private static readonly ResponseHeadersAllowedTransform Anonymous = new(["Content-Type", "Content-Length"]);

    /// <summary>Copies the client's allowed headers, and the trace context if the provider may have it.</summary>
    public static ValueTask ToProviderAsync(Attempt attempt, HttpRequestMessage request)
    {
        if (attempt.Trace is { } trace)
        {
            request.Headers.TryAddWithoutValidation("traceparent", trace.Parent);
            if (trace.State is not null)
                request.Headers.TryAddWithoutValidation("tracestate", trace.State);
        }
        return Request.ApplyAsync(new RequestTransformContext { HttpContext = attempt.Client, ProxyRequest = request, HeadersCopied = false });
    }

    /// <summary>Copies the provider's allowed headers, except those that identify it if the target is hidden.</summary>
    public static ValueTask ToClientAsync(HttpResponseMessage response, HttpContext client, bool hidesProvider)
    {
        KeepWritable(response);
        return (hidesProvider ? Anonymous : Response).ApplyAsync(new ResponseTransformContext { HttpContext = client, ProxyResponse = response, HeadersCopied = false });
    }

    /// <summary>
    /// Removes header values that the server would refuse to write after the response is paid for: non-ASCII and control
    /// characters.
    /// </summary>
    public static void KeepWritable(HttpResponseMessage response)
    {
        KeepWritable(response.Headers);
        KeepWritable(response.Content.Headers);
        // An invalid number, which the HTTP client ignored too, or several values, which no server writes.
        if (response.Content.Headers.ContentLength is null || (response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var lengths) && lengths.Count > 1))
            response.Content.Headers.Remove("Content-Length");
    }

    private static void KeepWritable(HttpHeaders headers)
    {
        List<string>? dropped = null;
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
            {
                if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
                    (dropped ??= []).Add(name);
            }
        }
        foreach (var name in dropped ?? [])
            headers.Remove(name);
    }
}
