using Yarp.ReverseProxy.Forwarder;

namespace ImageGateway.Providers;

/// <summary>Maps the gateway's paths to a provider's.</summary>
internal static class UpstreamPath
{
    private static readonly PathString[] Roots = ["/v1", "/openai/v1"];

    /// <summary>The URL of an OpenAI path below its base URL, which corresponds to <c>/v1</c>; null for any other path.</summary>
    public static Uri? Below(Uri baseUrl, PathString path, QueryString query)
    {
        foreach (var root in Roots)
        {
            if (path.StartsWithSegments(root, out var rest))
                return RequestUtilities.MakeDestinationAddress(baseUrl.AbsoluteUri.TrimEnd('/'), rest, query);
        }
        return null;
    }
}
