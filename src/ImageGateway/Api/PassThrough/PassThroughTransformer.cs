using System.Net;
using ImageGateway.Images;
using ImageGateway.Providers;
using Yarp.ReverseProxy.Forwarder;

namespace ImageGateway.Api.PassThrough;

/// <summary>Makes a tenant's request one of the gateway's operator's, and takes the operator's account out of the answer. One for each request.</summary>
internal sealed class PassThroughTransformer(IImageProvider provider) : HttpTransformer
{
    /// <summary>True when the provider did not take the gateway's credentials; nothing of its answer has been passed on.</summary>
    public bool IsRefused { get; private set; }

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        PassThroughHeaders.Clean(proxyRequest.Headers, httpContext.Request.Headers.Connection);
        proxyRequest.RequestUri = provider.Locate(httpContext.Request.Path, httpContext.Request.QueryString)
            ?? throw new GatewayException(ErrorKind.UnknownUrl, "The provider has no such path.");
        await provider.AuthorizeAsync(proxyRequest, cancellationToken);
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        // It speaks of the gateway's key, which is not the client's to mend.
        IsRefused = proxyResponse?.StatusCode == HttpStatusCode.Unauthorized;
        if (proxyResponse is not null)
            HeaderRules.KeepWritable(proxyResponse);
        if (IsRefused || !await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken))
            return false;
        PassThroughHeaders.Clean(httpContext.Response.Headers, proxyResponse?.Headers.Connection);
        httpContext.Response.Headers["x-request-id"] = httpContext.TraceIdentifier;
        return true;
    }

    // Trailers may say of the account what headers may not.
    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => default;
}
