using System.Collections.Frozen;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Dashboard;

/// <summary>
/// <c>GET /dashboard/</c>: a page that shows the control plane's data. It contains no data and needs no key; the user enters an
/// admin key, which the page sends to <c>/admin/v1</c> and keeps until its tab is closed.
/// </summary>
internal static class DashboardEndpoints
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapDashboard(this IEndpointRouteBuilder app)
    {
        // Read on the first request, since most processes never get one.
        var files = new Lazy<FrozenDictionary<string, DashboardFile>>(() => DashboardFiles.Read(Path.Combine(AppContext.BaseDirectory, "dashboard")));
        app.MapGet("/dashboard/{**file}", (HttpContext http, string? file) => SendAsync(http, file, files.Value));
    }

    private static Task SendAsync(HttpContext http, string? name, FrozenDictionary<string, DashboardFile> files)
    {
        var (request, response) = (http.Request, http.Response);
        // The page's URLs are relative, so that it works behind a proxy's path prefix; so is this redirect.
        if (name is null && !request.Path.Value!.EndsWith('/'))
        {
            response.StatusCode = StatusCodes.Status308PermanentRedirect;
            response.Headers.Location = "dashboard/";
            return Task.CompletedTask;
        }
        if (!files.TryGetValue(name ?? "index.html", out var file))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        SetHeaders(response.Headers, file);
        if (request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag.Equals(file.ETag, StringComparison.Ordinal) || tag.Equals(EntityTagHeaderValue.Any)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        var isPacked = request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is null or > 0);
        if (isPacked)
            response.Headers.ContentEncoding = "gzip";
        var bytes = isPacked ? file.Gzip : file.Bytes;
        response.ContentType = file.ContentType;
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    private static void SetHeaders(IHeaderDictionary headers, DashboardFile file)
    {
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.ETag = file.ETag;
        // Cached but revalidated each time: a new version of the gateway shows its new page at once.
        headers.CacheControl = "no-cache";
    }
}
