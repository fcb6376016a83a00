using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// <c>Idempotency-Key</c>: the first request with a key claims it for its tenant and leaves its response, or a provider's
/// refusal, for requests that repeat it within 24 hours. Other failures leave nothing, so that the client may retry.
/// </summary>
internal sealed class Idempotency(IClaimStore claims, IAnswerStore answers, TimeProvider time)
{
    private const string Header = "Idempotency-Key";
    private const int Longest = 255;

    // Bytes for a tenant's responses; only a rate beyond any memory's capacity would exceed it within 24 hours.
    private const long MaxBytes = 1L << 30;

    /// <summary>The outcome of a claim whose answer is stored.</summary>
    public const string Answered = "answered";

    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Claims the request's key. Null: the request has none.</summary>
    /// <exception cref="GatewayException">The key is invalid, in use, or was used with another body; or its request was refused
    /// before, so it is refused again; or the response cannot be read now.</exception>
    public async Task<IdempotentJob?> BeginAsync(HttpContext http, ReplayAsk ask)
    {
        if (Key(http.Request) is not { } key)
            return null;
        var (owner, name) = (ask.Record.Caller.Owner, $"idempotency:{key}");
        var (partition, mine) = (new Partition(owner, Partition.Keys, MaxBytes), new Claim(Guid.NewGuid().ToString("N"), ask.Body.Value, null));
        string? lost = null;
        while (await claims.TakeAsync(owner, name, mine, lost) is { } there)
        {
            if (there.Tag != mine.Tag)
                throw Mismatch;
            if (there.Outcome is null)
                throw InFlight;
            if (there.Outcome != Answered)
                throw Refused(http, there.Outcome);
            if (await answers.ReadAsync(partition, name) is { } answer)
                return new IdempotentJob(answer, null, answers, claims.IsShared, partition, name, time);
            lost = there.Owner; // its response was evicted
        }
        return new IdempotentJob(null, new ClaimHold(claims, owner, name, mine, time), answers, claims.IsShared, partition, name, time);
    }

    /// <summary>Marks a response as a replay.</summary>
    public static void Mark(HttpContext http) => http.Response.Headers["idempotent-replayed"] = "true";

    /// <summary>True for a refusal of the request that a provider would repeat.</summary>
    public static bool IsRefusal(GatewayError error) => error is { Kind: ErrorKind.ProviderRefusal, Provider.Status: not (408 or 409 or 429) };

    public static string Written(GatewayError error) => JsonSerializer.Serialize(error, GatewayErrorJson.Default.GatewayError);

    public static GatewayException Read(string error) => new(JsonSerializer.Deserialize(error, GatewayErrorJson.Default.GatewayError)!);

    /// <summary>The error when the key was used with another body.</summary>
    public static GatewayException Mismatch => new(ErrorKind.IdempotencyMismatch, $"The {Header} was used with another request before. Use a new key for a new request.", Header);

    /// <summary>The error while the first request with the key is running.</summary>
    public static GatewayException InFlight => new(
        new GatewayError(ErrorKind.IdempotencyInFlight, $"The request with this {Header} is still in progress. When it is done, its response can be fetched with the same key.", Header) { RetryAfter = Retry });

    private static GatewayException Refused(HttpContext http, string error)
    {
        Mark(http);
        return Read(error);
    }

    /// <summary>The digest of the request's key; null: the request has none.</summary>
    /// <exception cref="GatewayException">The key is invalid.</exception>
    public static string? Key(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values))
            return null;
        var key = values.ToString();
        return key.Length is > 0 and <= Longest && !key.Any(char.IsControl) && values.Count == 1
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))
            : throw new GatewayException(ErrorKind.InvalidValue, $"Invalid value for '{Header}'. Allowed: 1 to {Longest} characters, none of them a control character.", Header);
    }
}

/// <summary>A job with an idempotency key: its earlier response, or the claim of its key.</summary>
internal sealed class IdempotentJob(StoredAnswer? before, ClaimHold? hold, IAnswerStore answers, bool isShared, Partition partition, string name, TimeProvider time) : IAsyncDisposable
{
    // By then a store's failover is over, and the claim, renewed at most a third of its lease ago, still exists.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>The response to replay; null: the job runs.</summary>
    public StoredAnswer? Before => before;

    /// <summary>Leaves the response for requests that repeat it, and retries while a store elsewhere does not accept it; one in this process that refuses it has no room.</summary>
    public async Task KeepAsync(StoredAnswer answer)
    {
        if (answer.Bytes > partition.MaxBytes)
            return;
        var start = time.GetTimestamp();
        while (!await TryKeepAsync(answer) && isShared && time.GetElapsedTime(start) < Patience)
            await Task.Delay(Pause, time);
    }

    // A response that was given meanwhile stays: it is the one that clients get again.
    private async Task<bool> TryKeepAsync(StoredAnswer answer) =>
        (isShared && await hold!.IsLostAsync())
        || (await answers.KeepAsync(partition, name, answer, Idempotency.Retention) && await hold!.SettleAsync(Idempotency.Answered, Idempotency.Retention));

    /// <summary>Leaves a provider's refusal for them; other failures leave the key free.</summary>
    public Task KeepAsync(GatewayError error) =>
        Idempotency.IsRefusal(error) ? hold!.SettleAsync(Idempotency.Written(error), Idempotency.Retention) : Task.CompletedTask;

    public ValueTask DisposeAsync() => hold?.DisposeAsync() ?? default;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GatewayError))]
internal sealed partial class GatewayErrorJson : JsonSerializerContext;
