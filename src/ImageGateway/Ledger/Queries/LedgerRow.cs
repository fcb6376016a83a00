using System.Data.Common;
using System.Text.Json.Serialization;
using ImageGateway.Images;

namespace ImageGateway.Ledger.Queries;

/// <summary>An entry as read: tags and attempts stay JSON until they are needed. Times in ms, money in nano-USD.</summary>
[JsonConverter(typeof(EntryJson))]
internal sealed class LedgerRow
{
    /// <summary>The columns that <see cref="Read"/> expects, in order.</summary>
    public const string Columns =
        "id, created_at, tenant, project, key_id, end_user, tags, operation, route, tier, requested_model, served_model, target, size, quality, n, images, "
        + "text_input, image_input, cached_text_input, cached_image_input, image_output, text_output, price_book, charge, basis, list_cost, billed_cost, avoided_cost, "
        + "worst_case, status, error_code, stream, first_byte_ms, duration_ms, bytes_in, bytes_out, attempts, corrects, client_request_id, prompt_hash";

    public required string Id { get; init; }
    public required long CreatedAt { get; init; }
    public required string Tenant { get; init; }
    public required string Project { get; init; }
    public required string KeyId { get; init; }
    public string? User { get; init; }

    /// <summary>A JSON object of strings; null when there are none.</summary>
    public string? Tags { get; init; }
    public required string Operation { get; init; }
    public string? Route { get; init; }
    public string? Tier { get; init; }
    public string? RequestedModel { get; init; }
    public string? ServedModel { get; init; }
    public string? Target { get; init; }
    public string? Size { get; init; }
    public string? Quality { get; init; }
    public long N { get; init; }
    public long Images { get; init; }
    public TokenUsage Usage { get; init; }
    public string? PriceBook { get; init; }
    public long Charge { get; init; }
    public required string Basis { get; init; }
    public long ListCost { get; init; }
    public long BilledCost { get; init; }
    public long AvoidedCost { get; init; }
    public long WorstCase { get; init; }
    public required string Status { get; init; }
    public string? ErrorCode { get; init; }
    public bool Stream { get; init; }
    public long? FirstByteMs { get; init; }
    public long DurationMs { get; init; }
    public long BytesIn { get; init; }
    public long BytesOut { get; init; }

    /// <summary>A JSON array of <see cref="LedgerAttempt"/>.</summary>
    public required string Attempts { get; init; }
    public string? Corrects { get; init; }
    public string? ClientRequestId { get; init; }
    public string? PromptHash { get; init; }

    /// <summary>Later corrections; only for an entry that is requested by its id.</summary>
    public IReadOnlyList<LedgerRow>? Corrections { get; set; }

    public static LedgerRow Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        CreatedAt = row.GetInt64(1),
        Tenant = row.GetString(2),
        Project = row.GetString(3),
        KeyId = row.GetString(4),
        User = Text(row, 5),
        Tags = Text(row, 6),
        Operation = row.GetString(7),
        Route = Text(row, 8),
        Tier = Text(row, 9),
        RequestedModel = Text(row, 10),
        ServedModel = Text(row, 11),
        Target = Text(row, 12),
        Size = Text(row, 13),
        Quality = Text(row, 14),
        N = row.GetInt64(15),
        Images = row.GetInt64(16),
        Usage = new TokenUsage(row.GetInt64(17), row.GetInt64(18), row.GetInt64(19), row.GetInt64(20), row.GetInt64(21), row.GetInt64(22)),
        PriceBook = Text(row, 23),
        Charge = row.GetInt64(24),
        Basis = row.GetString(25),
        ListCost = row.GetInt64(26),
        BilledCost = row.GetInt64(27),
        AvoidedCost = row.GetInt64(28),
        WorstCase = row.GetInt64(29),
        Status = row.GetString(30),
        ErrorCode = Text(row, 31),
        Stream = row.GetInt64(32) != 0,
        FirstByteMs = row.IsDBNull(33) ? null : row.GetInt64(33),
        DurationMs = row.GetInt64(34),
        BytesIn = row.GetInt64(35),
        BytesOut = row.GetInt64(36),
        Attempts = row.GetString(37),
        Corrects = Text(row, 38),
        ClientRequestId = Text(row, 39),
        PromptHash = Text(row, 40),
    };

    public IReadOnlyList<LedgerAttempt> ReadAttempts() => LedgerEntry.AttemptsFromJson(Attempts);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
