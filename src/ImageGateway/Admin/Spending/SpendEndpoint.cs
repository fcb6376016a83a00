using ImageGateway.Api.Reading;
using ImageGateway.Database;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Admin.Spending;

/// <summary><c>GET /admin/v1/spend</c>: spend by group, sorted by charge, with a forecast and the burn rate.</summary>
internal static class SpendEndpoint
{
    public static void MapSpend(this IEndpointRouteBuilder app) => app.MapGet("/admin/v1/spend", (HttpContext http, LedgerReader ledger, TimeProvider time) =>
    {
        var now = time.GetUtcNow();
        var request = SpendRequest.Read(new QueryReader(http.Request.Query), now);
        return ledger.ReadAsync(
            connection => Snapshot.ReadAsync(connection, new SpendReport(request, connection, now.ToUnixTimeMilliseconds(), http.RequestAborted).ReadAsync), http.RequestAborted);
    }).WithQuery(SpendRequest.Names);
}
