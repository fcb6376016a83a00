namespace ImageGateway.Api;

/// <summary>
/// Headers for browsers that open one of the gateway's URLs: no content sniffing, no framing, no scripts, no storing. The
/// gateway's own pages replace the policy with theirs.
/// </summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        if (ApiPaths.IsDataPlane(http.Request.Path))
            return next(http);
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return next(http);
    });
}
