using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Admin;

/// <summary><c>GET /admin/v1/ledger</c>, the newest entry first, and <c>GET /admin/v1/ledger/{request-id}</c>.</summary>
internal static class LedgerEndpoints
{
    private const string List = "ledger";

    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/v1/ledger", (HttpContext http, LedgerReader ledger) => ListAsync(new QueryReader(http.Request.Query), ledger, http.RequestAborted))
            .WithQuery([.. LedgerFilters.Names, .. Paging.Query]);
        app.MapGet("/admin/v1/ledger/{id}", (string id, HttpContext http, LedgerReader ledger) => FindAsync(id, ledger, http.RequestAborted));
    }

    private static async Task<Page<LedgerRow>> ListAsync(QueryReader query, LedgerReader ledger, CancellationToken cancellationToken)
    {
        var filter = LedgerFilters.Read(query) with { NewestFirst = true };
        var limit = query.Number("limit", ifAbsent: 50, min: 1, max: 500);
        EntryPosition? after = query.Text("cursor") is { } cursor ? Position(cursor) : null;
        // One more than requested shows whether there is a next page.
        var rows = await ledger.ReadAsync(connection => filter.ReadAsync(connection, after, limit + 1, cancellationToken), cancellationToken);
        var next = rows.Count > limit ? Cursor.Of(List, $"{rows[limit - 1].CreatedAt}", rows[limit - 1].Id) : null;
        return new Page<LedgerRow>([.. rows.Take(limit)], next);
    }

    private static async Task<LedgerRow> FindAsync(string id, LedgerReader ledger, CancellationToken cancellationToken)
    {
        var rows = await ledger.ReadAsync(connection => JobQueries.EntryAsync(connection, id, cancellationToken), cancellationToken);
        if (rows is not [var entry, ..] || entry.Id != id)
            throw new GatewayException(ErrorKind.NotFound, $"The ledger has no entry '{GatewayException.Shortened(id)}'.", "id");
        entry.Corrections = rows[1..];
        return entry;
    }

    private static EntryPosition Position(string cursor) => Cursor.Read(cursor, 3) is [List, var at, var id] ? new EntryPosition(Cursor.Moment(at, cursor), id) : throw Cursor.Invalid("cursor", cursor);
}
