using System.Text.Json.Nodes;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>A row of the ledger's entries, its columns by name.</summary>
internal sealed class LedgerRow(IDictionary<string, object?> columns)
{
    public string Id => Text("id")!;

    public (string? Status, string? ErrorCode) End => (Text("status"), Text("error_code"));

    /// <summary>What was charged, in nano-USD, and how that was found.</summary>
    public (long Charge, string? Basis) Charge => (Number("charge"), Text("basis"));

    /// <summary>Contracted, at list price, and billed to the tenant.</summary>
    public (long Charge, long List, long Billed) Amounts => (Number("charge"), Number("list_cost"), Number("billed_cost"));

    /// <summary>Tokens: text in, images in, images out.</summary>
    public (long Text, long Images, long Output) Tokens => (Number("text_input"), Number("image_input"), Number("image_output"));

    public IReadOnlyList<JsonNode> Attempts => [.. JsonNode.Parse(Text("attempts")!)!.AsArray().Select(attempt => attempt!)];

    public string? Text(string column) => (string?)columns[column];

    public long Number(string column) => (long)(columns[column] ?? throw new InvalidOperationException($"{column} is null"));

    public long? NumberOrNull(string column) => (long?)columns[column];
}
