using System.Globalization;
using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Admin;

/// <summary><c>GET /admin/v1/audit</c>, newest first: <c>?subject=tenant:acme</c>, <c>?actor=ab12cd34</c>, <c>?tenant=acme</c>, <c>?from=…&amp;to=…</c>.</summary>
internal static class AuditEndpoints
{
    private const string List = "audit";

    public static void MapAudit(this IEndpointRouteBuilder app) => app.MapGet("/admin/v1/audit", async (HttpContext http) =>
    {
        var database = http.RequestServices.GetService<SqlDatabase>()
            ?? throw new GatewayException(ErrorKind.StoreUnavailable, "No database is configured (ConnectionStrings:Database is empty), so there is no audit log.");
        var (request, limit) = (http.Request, http.Request.Limit());
        var filter = new AuditFilter(Text(request, "subject"), Text(request, "actor"), Text(request, "tenant"), Time(request, "from"), Time(request, "to"));
        if (filter.To <= filter.From)
            throw GatewayException.Invalid("to", request.Query["to"].ToString(), "a time after from");
        var before = request.After(List) is { } number ? long.Parse(number, CultureInfo.InvariantCulture) : (long?)null;
        return Paging.Of(await AuditLog.ReadAsync(database, filter, before, limit + 1, http.RequestAborted), limit, List, entry => entry.Id);
    });

    private static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static long? Time(HttpRequest request, string name)
    {
        if (Text(request, name) is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return seconds;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds()
            : throw GatewayException.Invalid(name, text, "Unix seconds, or a time as in 2026-11-20T12:00:00Z");
    }
}
