using ImageGateway.Images;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Tenants;

/// <summary>
/// Authenticates the caller: a tenant's key on the data plane, an admin key on the control plane. Runs before unknown paths and
/// methods are reported.
/// </summary>
internal static class Authentication
{
    /// <summary>The tenant's key of this request; data plane endpoints run only with one.</summary>
    public static Caller Caller(this HttpContext http) => http.Features.GetRequiredFeature<Caller>();

    /// <summary>The admin key of this request; control plane endpoints run only with one.</summary>
    public static Admin Admin(this HttpContext http) => http.Features.GetRequiredFeature<Admin>();

    /// <summary>The tenant's key of this request; null when it has an admin key instead.</summary>
    public static Caller? CallerUnlessAdmin(this HttpContext http) => http.Features.Get<Caller>();

    /// <summary>Requires a tenant's key in <c>Authorization: Bearer</c> or <c>api-key</c>.</summary>
    public static IApplicationBuilder RequireTenantKey(this IApplicationBuilder app)
    {
        var directory = app.ApplicationServices.GetRequiredService<TenantDirectory>();
        return app.Use((http, next) =>
        {
            http.Features.Set(directory.FindCaller(Key(http.Request.Headers)) ?? throw Unauthorized(http));
            return next(http);
        });
    }

    /// <summary>Requires an admin key; without the scope <c>admin</c> it may only read.</summary>
    public static IApplicationBuilder RequireAdminKey(this IApplicationBuilder app)
    {
        var directory = app.ApplicationServices.GetRequiredService<TenantDirectory>();
        return app.Use((http, next) =>
        {
            var admin = directory.FindAdmin(Key(http.Request.Headers)) ?? throw Unauthorized(http);
            if (admin.Scope == AdminScope.Read && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
                throw new GatewayException(ErrorKind.Forbidden, "This admin key has the scope read; the request needs the scope admin.");
            http.Features.Set(admin);
            return next(http);
        });
    }

    /// <summary>Requires a tenant's key, which sees only that tenant's data, or any admin key, which sees all.</summary>
    public static IApplicationBuilder RequireTenantOrAdminKey(this IApplicationBuilder app)
    {
        var directory = app.ApplicationServices.GetRequiredService<TenantDirectory>();
        return app.Use((http, next) =>
        {
            if (directory.FindCaller(Key(http.Request.Headers)) is { } caller)
                http.Features.Set(caller);
            else
                http.Features.Set(directory.FindAdmin(Key(http.Request.Headers)) ?? throw Unauthorized(http));
            return next(http);
        });
    }

    private static ReadOnlySpan<char> Key(IHeaderDictionary headers)
    {
        const string Bearer = "Bearer ";
        var authorization = headers.Authorization.ToString().AsSpan();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : headers["api-key"].ToString().AsSpan().Trim();
    }

    private static GatewayException Unauthorized(HttpContext http)
    {
        var headers = http.Request.Headers;
        var error = new GatewayError(ErrorKind.InvalidApiKey, headers.Authorization.Count + headers["api-key"].Count == 0
            ? "No API key was given. Send it as 'Authorization: Bearer KEY' or 'api-key: KEY'."
            : "Incorrect API key provided.");
        var failures = http.RequestServices.GetRequiredService<FailedAuthentications>();
        return new GatewayException(failures.Count(http.Connection.RemoteIpAddress, error));
    }
}
