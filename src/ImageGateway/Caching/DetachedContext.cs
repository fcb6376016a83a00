using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Caching;

/// <summary>A request without a client: an exchange for a job that runs only for its recording.</summary>
internal static class DetachedContext
{
    /// <summary>An exchange with the headers of a request, whose response goes nowhere. It outlives the request.</summary>
    public static HttpContext Of(HttpContext http)
    {
        var features = new FeatureCollection();
        var request = new HttpRequestFeature { Method = http.Request.Method, Path = http.Request.Path, PathBase = http.Request.PathBase, Protocol = http.Request.Protocol, Scheme = http.Request.Scheme };
        foreach (var (name, value) in http.Request.Headers)
            request.Headers[name] = value;
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        return new DefaultHttpContext(features) { TraceIdentifier = http.TraceIdentifier };
    }
}
