using System.IO.Compression;
using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Ledger.Export;
using ImageGateway.Ledger.Queries;
using Microsoft.Net.Http.Headers;

namespace ImageGateway.Admin;

/// <summary>
/// <c>GET /admin/v1/export?format=csv|jsonl|focus</c>: a period's entries, oldest first, streamed as they are read; gzip if the
/// client accepts it.
/// </summary>
internal static class ExportEndpoint
{
    public static void MapExport(this IEndpointRouteBuilder app) => app.MapGet("/admin/v1/export", async (HttpContext http, LedgerReader ledger, GatewaySnapshot snapshot) =>
    {
        var query = new QueryReader(http.Request.Query);
        IExportFormat format = query.Word("format", "csv", "jsonl", "focus") switch
        {
            "jsonl" => new JsonLinesFormat(),
            "focus" => new FocusFormat(snapshot.Catalogue),
            _ => new CsvFormat(),
        };
        var export = new EntryExport(ledger, LedgerFilters.Read(query) with { OnlyCharges = format.OnlyCharges }, format);
        await export.BeginAsync(http.RequestAborted);
        http.Response.ContentType = format.ContentType;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"ledger.{format.Extension}\"";
        http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (!AcceptsGzip(http.Request))
        {
            await export.WriteAsync(http.Response.Body, http.RequestAborted);
            return;
        }
        http.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(http.Response.Body, CompressionLevel.Fastest);
        await export.WriteAsync(gzip, http.RequestAborted);
    }).WithQuery(["format", .. LedgerFilters.Names]);

    private static bool AcceptsGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is null or > 0);
}
