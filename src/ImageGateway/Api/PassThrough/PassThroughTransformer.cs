using System.Net;
using ImageGateway.Images;
using ImageGateway.Providers;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace ImageGateway.Api.PassThrough;

/// <summary>
/// Turns a tenant's request into one of the gateway's operator, and removes the operator's account from the response. One
/// instance per request.
/// </summary>
internal sealed class PassThroughTransformer(IImageProvider provider) : HttpTransformer
{
    /// <summary>True when the provider rejected the gateway's credentials; nothing of its response has been passed on.</summary>
    public bool IsRefused { get; private set; }

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        PassThroughHeaders.Clean(proxyRequest.Headers, httpContext.Request.Headers.Connection);
        var address = provider.Locate(httpContext.Request.Path, httpContext.Request.QueryString)
            ?? throw new GatewayException(ErrorKind.UnknownUrl, "The provider does not serve this path.");
        proxyRequest.RequestUri = WithSlashes(address, httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        await provider.AuthorizeAsync(proxyRequest, cancellationToken);
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        // A 401 is about the gateway's key, which the client cannot fix.
        IsRefused = proxyResponse?.StatusCode == HttpStatusCode.Unauthorized;
        if (proxyResponse is not null)
            HeaderRules.KeepWritable(proxyResponse);
        if (IsRefused || !await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken))
            return false;
        PassThroughHeaders.Clean(httpContext.Response.Headers, proxyResponse?.Headers.Connection);
        httpContext.Response.Headers["x-request-id"] = httpContext.TraceIdentifier;
        return true;
    }

    // The server decodes every escape of a path but that of a slash, so that it was escaped again with the others. When the client
    // escaped it twice, that is right.
    private static Uri WithSlashes(Uri address, string asked)
    {
        const string Twice = "%252F";
        var path = address.AbsolutePath;
        return path.Contains(Twice, StringComparison.OrdinalIgnoreCase) && !asked.Split('?')[0].Contains(Twice, StringComparison.OrdinalIgnoreCase)
            ? new UriBuilder(address) { Path = path.Replace(Twice, "%2F", StringComparison.OrdinalIgnoreCase) }.Uri
            : address;
    }

    // Trailers could reveal what headers must not reveal about the account.
    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => default;
}
