using ImageGateway.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImageGateway.Hosting;

/// <summary>Where the control plane listens (<c>Gateway:Admin</c>).</summary>
internal sealed class AdminOptions
{
    /// <summary>
    /// Separate addresses for the control plane, as in <c>http://127.0.0.1:9090</c>, read at start only; none: it shares the
    /// data plane's.
    /// </summary>
    public List<string> Urls { get; set; } = [];
}

/// <summary>
/// The control plane on separate addresses, so that it need not be reachable where the data plane is. The listener marks the
/// connections it accepts, because neither a Host header nor a port says reliably where a request came in.
/// </summary>
internal static class AdminListener
{
    private static readonly PathString[] ControlPlane = ["/admin", "/metrics", "/openapi", "/dashboard"];

    /// <summary>Reads the addresses and reports mistakes.</summary>
    public static List<BindingAddress> Read(AdminOptions options, Mistakes mistakes)
    {
        var addresses = new List<BindingAddress>();
        for (var i = 0; i < options.Urls.Count; i++)
            addresses.AddRange(ListenAddresses.Read(options.Urls[i], mistakes.At(nameof(options.Urls)).At($"{i}")));
        return addresses;
    }

    /// <summary>Listens at the control plane's addresses in addition to the data plane's.</summary>
    public static void AddAdminListener(this WebApplicationBuilder builder, IReadOnlyList<BindingAddress> admin)
    {
        if (admin.Count > 0)
            TwoPlanes.Add(builder.Services, admin, Mark);
    }

    /// <summary>If the control plane has its own addresses, each plane answers only on its own; health answers on both.</summary>
    public static void UseAdminListener(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetService<TwoPlanes>() is null)
            return;
        app.Use((http, next) =>
        {
            var path = http.Request.Path;
            var isControlPlane = Array.Exists(ControlPlane, prefix => path.StartsWithSegments(prefix));
            if (path.StartsWithSegments("/healthz") || isControlPlane == (http.Features.Get<AdminConnection>() is not null))
                return next(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    private static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(AdminConnection.Instance);
        return next(connection);
    });

    private sealed class AdminConnection
    {
        public static AdminConnection Instance { get; } = new();
    }
}
