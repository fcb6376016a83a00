using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>The durable record of one job. Times in ms, money in nano-USD. Never a prompt or a picture.</summary>
internal sealed record LedgerEntry
{
    /// <summary>The job's x-request-id, a UUID of version 7; a correction has an id of its own.</summary>
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

    /// <summary>Pictures asked for, and pictures given.</summary>
    public int N { get; init; }
    public int Images { get; init; }
    public TokenUsage Usage { get; init; }
    public string? PriceBook { get; init; }

    /// <summary>What the providers cost: the list price times the targets' <c>PriceFactor</c>.</summary>
    public long Charge { get; init; }
    public required ChargeBasis Basis { get; init; }

    /// <summary>What it costs at list price.</summary>
    public long ListCost { get; init; }

    /// <summary>What the tenant is billed: the charge times its <c>Markup</c>.</summary>
    public long BilledCost { get; init; }

    /// <summary>What a cache hit did not cost.</summary>
    public long AvoidedCost { get; init; }
    public long WorstCase { get; init; }
    public required JobStatus Status { get; init; }
    public string? ErrorCode { get; init; }
    public bool Stream { get; init; }
    public long? FirstByteMs { get; init; }
    public long DurationMs { get; init; }
    public long BytesIn { get; init; }
    public long BytesOut { get; init; }
    public IReadOnlyList<LedgerAttempt> Attempts { get; init; } = [];

    /// <summary>The id of the entry that this one corrects; its amounts are differences then.</summary>
    public string? Corrects { get; init; }
    public string? ClientRequestId { get; init; }

    /// <summary>A salted hash of the prompt, where it is asked for.</summary>
    public string? PromptHash { get; init; }

    /// <summary>As intents and the spool keep it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LedgerJson.Default.LedgerEntry);

    /// <summary>Tags and attempts as the columns of their names keep them.</summary>
    public static string Json(IReadOnlyDictionary<string, string> tags) => JsonSerializer.Serialize(tags, LedgerJson.Default.IReadOnlyDictionaryStringString);

    public static string Json(IReadOnlyList<LedgerAttempt> attempts) => JsonSerializer.Serialize(attempts, LedgerJson.Default.IReadOnlyListLedgerAttempt);

    public static IReadOnlyList<LedgerAttempt> AttemptsFromJson(string json) => JsonSerializer.Deserialize(json, LedgerJson.Default.IReadOnlyListLedgerAttempt)!;

    public static LedgerEntry FromJson(string json) => JsonSerializer.Deserialize(json, LedgerJson.Default.LedgerEntry)!;
}

/// <summary>One call to a provider. <see cref="Charge"/> and <see cref="ListCost"/> are nano-USD; its worst case until it has ended.</summary>
internal sealed record LedgerAttempt(
    int Number, string Target, string Model, int? Status, string? ErrorCode, string? UpstreamRequestId, long DurationMs,
    long Charge, long ListCost, ChargeBasis Basis, long WorstCase, bool Ended);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LedgerEntry))]
[JsonSerializable(typeof(LedgerWork))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<LedgerAttempt>))]
internal sealed partial class LedgerJson : JsonSerializerContext;
