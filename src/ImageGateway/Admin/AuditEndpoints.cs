using System.Globalization;
using ImageGateway.Api.Reading;
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
        var query = new QueryReader(request.Query);
        var (from, to) = query.Period();
        // Stored in whole seconds, so a fraction is rounded to its second.
        var filter = new AuditFilter(query.Text("subject"), query.Text("actor"), query.Text("tenant"), from / 1000, (to + 999) / 1000);
        return Paging.Of(await AuditLog.ReadAsync(database, filter, Before(request), limit + 1, http.RequestAborted), limit, List, entry => entry.Id);
    }).WithQuery(["subject", "actor", "tenant", "from", "to", .. Paging.Query]);

    // A forged cursor may contain anything.
    private static long? Before(HttpRequest request) => request.After(List) is not { } number ? null
        : long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? before
        : throw Cursor.Invalid("cursor", new QueryReader(request.Query).Text("cursor")!);
}
