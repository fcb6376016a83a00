using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace ImageGateway.Dashboard;

/// <summary>
/// <c>GET /dashboard/</c>: a page that shows the control plane's data. It contains no data and needs no key; the user enters an
/// admin key, which the page sends to <c>/admin/v1</c> and keeps until its tab is closed.
/// </summary>
internal static class DashboardPage
{
    private const string Path = "/dashboard";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Serves the page's files, which the build puts beside the program.</summary>
    public static void UseDashboard(this IApplicationBuilder app)
    {
        var folder = System.IO.Path.Combine(AppContext.BaseDirectory, "dashboard");
        if (!Directory.Exists(folder))
            return;
        app.UseWhen(http => http.Request.Path == Path, static page => page.Run(Redirect));
        var server = new FileServerOptions { RequestPath = Path, FileProvider = new PhysicalFileProvider(folder) };
        server.StaticFileOptions.OnPrepareResponse = SetHeaders;
        app.UseFileServer(server);
    }

    // The page's URLs are relative, so that it works behind a proxy's path prefix; so is this redirect.
    private static Task Redirect(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        http.Response.Headers.Location = "dashboard/";
        return Task.CompletedTask;
    }

    private static void SetHeaders(StaticFileResponseContext file)
    {
        var headers = file.Context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // Cached but revalidated each time: a new version of the gateway shows its new page at once.
        headers.CacheControl = "no-cache";
    }
}
