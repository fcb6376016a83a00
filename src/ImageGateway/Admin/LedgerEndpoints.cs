using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Admin;

/// <summary>A page of entries; the last one has a null cursor.</summary>
internal sealed record LedgerPage(IReadOnlyList<LedgerRow> Data, string? NextCursor);

/// <summary><c>GET /admin/v1/ledger</c>, the newest entry first, and <c>GET /admin/v1/ledger/{request-id}</c>.</summary>
internal static class LedgerEndpoints
{
    private const string List = "ledger";

    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/v1/ledger", (HttpContext http, LedgerReader ledger) => ListAsync(new QueryReader(http.Request.Query), ledger, http.RequestAborted));
        app.MapGet("/admin/v1/ledger/{id}", (string id, HttpContext http, LedgerReader ledger) => FindAsync(id, ledger, http.RequestAborted));
    }

    private static async Task<LedgerPage> ListAsync(QueryReader query, LedgerReader ledger, CancellationToken cancellationToken)
    {
        var filter = LedgerFilters.Read(query) with { NewestFirst = true };
        var limit = query.Number("limit", ifAbsent: 50, min: 1, max: 500);
        EntryPosition? after = query.Text("cursor") is { } cursor ? Position(cursor) : null;
        var rows = new List<LedgerRow>();
        // One more than requested shows whether there is a next page.
        await ledger.ReadAsync(
            async connection =>
            {
                await filter.ReadAsync(connection, after, limit + 1, rows, cancellationToken);
                return rows;
            },
            cancellationToken);
        var next = rows.Count > limit ? Cursor.Of(List, $"{rows[limit - 1].CreatedAt}", rows[limit - 1].Id) : null;
        return new LedgerPage([.. rows.Take(limit)], next);
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
