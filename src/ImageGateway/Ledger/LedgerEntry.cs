using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>The durable record of one job. Times in ms, money in nano-USD. Never a prompt or an image.</summary>
internal sealed record LedgerEntry
{
    /// <summary>The job's x-request-id, a UUID version 7; a correction has its own id.</summary>
    public required string Id { get; init; }

    /// <summary>When the job began, in Unix ms.</summary>
    public required long CreatedAt { get; init; }
    public required string Tenant { get; init; }
    public required string Project { get; init; }
    public required string KeyId { get; init; }
    public string? User { get; init; }
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary><c>generation</c>, <c>edit</c> or <c>variation</c>.</summary>
    public required string Operation { get; init; }
    public string? Route { get; init; }
    public string? Tier { get; init; }
    public string? RequestedModel { get; init; }

    /// <summary>The target of the last attempt.</summary>
    public string? Target { get; init; }
    public string? ServedModel { get; init; }
    public string? Size { get; init; }
    public string? Quality { get; init; }

    /// <summary>Images requested, and images returned.</summary>
    public int N { get; init; }
    public int Images { get; init; }
    public TokenUsage Usage { get; init; }
    public string? PriceBook { get; init; }

    /// <summary>The providers' cost: the list price times the targets' <c>PriceFactor</c>.</summary>
    public long Charge { get; init; }
    public required ChargeBasis Basis { get; init; }

    /// <summary>The cost at list price.</summary>
    public long ListCost { get; init; }

    /// <summary>The amount billed to the tenant: the charge times its <c>Markup</c>.</summary>
    public long BilledCost { get; init; }

    /// <summary>The cost that a cache hit avoided.</summary>
    public long AvoidedCost { get; init; }

    /// <summary>The most that the job could have cost at any time.</summary>
    public long WorstCase { get; init; }
    public required JobStatus Status { get; init; }
    public string? ErrorCode { get; init; }
    public bool Stream { get; init; }
    public long? FirstByteMs { get; init; }
    public long DurationMs { get; init; }
    public long BytesIn { get; init; }
    public long BytesOut { get; init; }
    public IReadOnlyList<LedgerAttempt> Attempts { get; init; } = [];

    /// <summary>The id of the entry that this one corrects; its amounts are then differences.</summary>
    public string? Corrects { get; init; }
    public string? ClientRequestId { get; init; }

    /// <summary>A salted hash of the prompt, if configured.</summary>
    public string? PromptHash { get; init; }

    /// <summary>The format of intents and the spool.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LedgerJson.Default.LedgerEntry);

    /// <summary>Tags and attempts as their columns store them.</summary>
    public static string Json(IReadOnlyDictionary<string, string> tags) => JsonSerializer.Serialize(tags, LedgerJson.Default.IReadOnlyDictionaryStringString);

    public static string Json(IReadOnlyList<LedgerAttempt> attempts) => JsonSerializer.Serialize(attempts, LedgerJson.Default.IReadOnlyListLedgerAttempt);

    public static IReadOnlyList<LedgerAttempt> AttemptsFromJson(string json) => JsonSerializer.Deserialize(json, LedgerJson.Default.IReadOnlyListLedgerAttempt)!;

    public static LedgerEntry FromJson(string json) => JsonSerializer.Deserialize(json, LedgerJson.Default.LedgerEntry)!;
}

/// <summary>One call to a provider. <see cref="Charge"/> and <see cref="ListCost"/> are nano-USD; the worst case until the call has ended.</summary>
internal sealed record LedgerAttempt(
    int Number, string Target, string Model, int? Status, string? ErrorCode, string? UpstreamRequestId, long DurationMs,
    long Charge, long ListCost, ChargeBasis Basis, long WorstCase, bool Ended);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(LedgerWork))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<LedgerAttempt>))]
internal sealed partial class LedgerJson : JsonSerializerContext;
