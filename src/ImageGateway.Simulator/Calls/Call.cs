using System.Text.Json.Serialization;

namespace ImageGateway.Simulator.Calls;

/// <summary>The provider whose wire format a call used.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProviderKind>))]
public enum ProviderKind
{
    /// <summary>OpenAI's own paths.</summary>
    [JsonStringEnumMemberName("openai")]
    OpenAI,

    /// <summary>Azure OpenAI, either by deployment or through its v1 paths.</summary>
    [JsonStringEnumMemberName("azure")]
    Azure,
}

/// <summary>What a call asked for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageOperation>))]
public enum ImageOperation
{
    /// <summary>A picture from a prompt.</summary>
    [JsonStringEnumMemberName("generation")]
    Generation,

    /// <summary>A picture from pictures and a prompt.</summary>
    [JsonStringEnumMemberName("edit")]
    Edit,

    /// <summary>A picture from a picture (dall-e-2).</summary>
    [JsonStringEnumMemberName("variation")]
    Variation,
}

/// <summary>One image call as the provider saw it, and what became of it.</summary>
public sealed record Call
{
    /// <summary>The <c>x-request-id</c> it was answered with.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Segment after <c>/accounts/</c>; <c>default</c> without it.</summary>
    public required string Account { get; init; }

    /// <summary>The wire form.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>The operation of the path.</summary>
    public required ImageOperation Operation { get; init; }

    /// <summary>Path as sent, with the account's prefix.</summary>
    public required string Path { get; init; }

    /// <summary>Query as sent, with its question mark; empty without one.</summary>
    public required string Query { get; init; }

    /// <summary><c>bearer</c> or <c>api-key</c>; null without either header.</summary>
    public string? Auth { get; init; }

    /// <summary>The key, exactly as sent.</summary>
    public string? Key { get; init; }

    /// <summary>All request headers, names in lower case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The request's content type.</summary>
    public string? ContentType { get; init; }

    /// <summary>JSON members or text parts as text; data URLs as <c>data:TYPE;sha256=HEX</c>.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Uploaded files, and data URLs of a JSON body under the field <c>images[i]</c> or <c>mask</c>.</summary>
    public IReadOnlyList<CallFile> Files { get; init; } = [];

    /// <summary>The requested model; on Azure the model behind the deployment, null when there is none.</summary>
    public string? Model { get; init; }

    /// <summary>The requested Azure deployment.</summary>
    public string? Deployment { get; init; }

    /// <summary>Whether the body requested events.</summary>
    public bool Stream { get; init; }

    /// <summary>Status sent; null before that.</summary>
    public int? Status { get; init; }

    /// <summary>Tokens billed; null for failures and DALL·E.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>SHA-256 of every final image sent, in lower-case hex.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>True when the whole response, error or not, was written.</summary>
    public bool Completed { get; init; }

    /// <summary>True when the client disconnected before the response was complete.</summary>
    public bool Aborted { get; init; }
}

/// <summary>One image sent with a call; width and height in pixels, null when it is not a PNG, JPEG or WebP.</summary>
public sealed record CallFile(
    string Field, [property: JsonPropertyName("filename")] string? FileName, string? ContentType, int Bytes, string Sha256, int? Width, int? Height);

/// <summary>Tokens as the images API reports them.</summary>
public sealed record TokenUsage(int InputTextTokens, int InputImageTokens, int OutputTokens)
{
    /// <summary>Text and image tokens of the input.</summary>
    public int InputTokens => InputTextTokens + InputImageTokens;

    /// <summary>All tokens.</summary>
    public int TotalTokens => InputTokens + OutputTokens;
}

/// <summary>Sums over all calls since the start or the last reset.</summary>
public sealed record UsageTotals(long Calls, long Images, long InputTextTokens, long InputImageTokens, long OutputTokens)
{
    /// <summary>Text and image tokens of the input.</summary>
    public long InputTokens => InputTextTokens + InputImageTokens;

    /// <summary>All tokens.</summary>
    public long TotalTokens => InputTokens + OutputTokens;
}
