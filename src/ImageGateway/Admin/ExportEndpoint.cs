using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Ledger.Export;
using ImageGateway.Ledger.Queries;
using ImageGateway.Tenants;

namespace ImageGateway.Admin;

/// <summary>
/// <c>GET /admin/v1/export?format=csv|jsonl|focus</c>: a period's entries, oldest first, streamed as they are
/// read, and compressed if the client accepts it.
/// </summary>
internal static class ExportEndpoint
{
    public static void MapExport(this IEndpointRouteBuilder app) => app.MapGet("/admin/v1/export", async (HttpContext http, LedgerReader ledger, GatewaySnapshot snapshot, TenantDirectory tenants) =>
    {
        var query = new QueryReader(http.Request.Query);
        IExportFormat format = query.Word("format", "csv", "jsonl", "focus") switch
        {
            "jsonl" => new JsonLinesFormat(),
            "focus" => new FocusFormat(snapshot.Catalogue, tenants.NameOf),
            _ => new CsvFormat(),
        };
        var export = new EntryExport(ledger, LedgerFilters.Read(query) with { OnlyCharges = format.OnlyCharges }, format);
        await export.BeginAsync(http.RequestAborted);
        http.Response.ContentType = format.ContentType;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"ledger.{format.Extension}\"";
        await export.WriteAsync(http.Response.Body, http.RequestAborted);
    }).WithQuery(["format", .. LedgerFilters.Names]);
}
