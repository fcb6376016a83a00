using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Ledger.Export;

/// <summary>One JSON object per line, in the format of the ledger's list.</summary>
internal sealed class JsonLinesFormat : IExportFormat
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public string ContentType => "application/x-ndjson";

    public string Extension => "jsonl";

    public bool OnlyCharges => false;

    public void Begin(IBufferWriter<byte> output) { }

    public void Write(LedgerRow row, IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, Options))
            EntryJson.Write(json, row);
        output.Write("\n"u8);
    }
}
