using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Ledger.Export;

/// <summary>One JSON object a line, in the shape of the ledger's list.</summary>
internal sealed class JsonLinesFormat : IExportFormat
{
    private static readonly ExportJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public string ContentType => "application/x-ndjson";

    public string Extension => "jsonl";

    public bool OnlyCharges => false;

    public void Begin(IBufferWriter<byte> output) { }

    public void Write(LedgerRow row, IBufferWriter<byte> output)
    {
        using (var writer = new Utf8JsonWriter(output, Options))
            JsonSerializer.Serialize(writer, EntryAnswer.Of(row), Json.EntryAnswer);
        output.Write("\n"u8);
    }
}

[JsonSerializable(typeof(EntryAnswer))]
internal sealed partial class ExportJson : JsonSerializerContext;
