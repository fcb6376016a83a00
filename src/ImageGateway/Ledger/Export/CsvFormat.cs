using System.Buffers;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Ledger.Export;

/// <summary>One row per entry, with the ledger's names; tags are a JSON object.</summary>
internal sealed class CsvFormat : IExportFormat
{
    private static readonly (string Name, Action<CsvWriter, LedgerRow> Write)[] Columns =
    [
        ("id", (csv, row) => csv.Text(row.Id)),
        ("created_at", (csv, row) => csv.Time(row.CreatedAt, isExact: true)),
        ("tenant", (csv, row) => csv.Text(row.Tenant)),
        ("project", (csv, row) => csv.Text(row.Project)),
        ("key_id", (csv, row) => csv.Text(row.KeyId)),
        ("user", (csv, row) => csv.Text(row.User)),
        ("tags", (csv, row) => csv.Text(row.Tags)),
        ("operation", (csv, row) => csv.Text(row.Operation)),
        ("route", (csv, row) => csv.Text(row.Route)),
        ("tier", (csv, row) => csv.Text(row.Tier)),
        ("requested_model", (csv, row) => csv.Text(row.RequestedModel)),
        ("served_model", (csv, row) => csv.Text(row.ServedModel)),
        ("target", (csv, row) => csv.Text(row.Target)),
        ("size", (csv, row) => csv.Text(row.Size)),
        ("quality", (csv, row) => csv.Text(row.Quality)),
        ("n", (csv, row) => csv.Number(row.N)),
        ("images", (csv, row) => csv.Number(row.Images)),
        ("text_input_tokens", (csv, row) => csv.Number(row.Usage.TextInput)),
        ("image_input_tokens", (csv, row) => csv.Number(row.Usage.ImageInput)),
        ("cached_text_input_tokens", (csv, row) => csv.Number(row.Usage.CachedTextInput)),
        ("cached_image_input_tokens", (csv, row) => csv.Number(row.Usage.CachedImageInput)),
        ("image_output_tokens", (csv, row) => csv.Number(row.Usage.ImageOutput)),
        ("text_output_tokens", (csv, row) => csv.Number(row.Usage.TextOutput)),
        ("charge_usd", (csv, row) => csv.Usd(row.Charge)),
        ("basis", (csv, row) => csv.Text(row.Basis)),
        ("list_usd", (csv, row) => csv.Usd(row.ListCost)),
        ("billed_usd", (csv, row) => csv.Usd(row.BilledCost)),
        ("avoided_usd", (csv, row) => csv.Usd(row.AvoidedCost)),
        ("worst_case_usd", (csv, row) => csv.Usd(row.WorstCase)),
        ("price_book", (csv, row) => csv.Text(row.PriceBook)),
        ("status", (csv, row) => csv.Text(row.Status)),
        ("error_code", (csv, row) => csv.Text(row.ErrorCode)),
        ("stream", (csv, row) => csv.Text(row.Stream ? "true" : "false")),
        ("first_byte_ms", (csv, row) => csv.Number(row.FirstByteMs)),
        ("duration_ms", (csv, row) => csv.Number(row.DurationMs)),
        ("bytes_in", (csv, row) => csv.Number(row.BytesIn)),
        ("bytes_out", (csv, row) => csv.Number(row.BytesOut)),
        ("corrects", (csv, row) => csv.Text(row.Corrects)),
        ("client_request_id", (csv, row) => csv.Text(row.ClientRequestId)),
        ("prompt_hash", (csv, row) => csv.Text(row.PromptHash)),
    ];

    public string ContentType => "text/csv; charset=utf-8";

    public string Extension => "csv";

    public bool OnlyCharges => false;

    public void Begin(IBufferWriter<byte> output)
    {
        var csv = new CsvWriter(output);
        foreach (var (name, _) in Columns)
            csv.Text(name);
        csv.EndRow();
    }

    public void Write(LedgerRow row, IBufferWriter<byte> output)
    {
        var csv = new CsvWriter(output);
        foreach (var (_, write) in Columns)
            write(csv, row);
        csv.EndRow();
    }
}
