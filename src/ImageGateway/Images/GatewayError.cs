namespace ImageGateway.Images;

/// <summary>The closed set of failures a client can meet; one place (the error envelope) maps each to status, type and code.</summary>
internal enum ErrorKind
{
    InvalidValue, MissingParameter, UnknownParameter, InvalidJson, InvalidMask,
    InvalidApiKey, Forbidden, ModelNotAllowed, ModelNotFound, UnknownUrl, NotFound, MethodNotAllowed,
    RequestTooLarge, UnsupportedMediaType, RateLimited, Overloaded, StoreUnavailable, InsufficientQuota, QualityNotAllowed, Conflict, IdempotencyInFlight, IdempotencyMismatch, PreconditionFailed,
    ProviderRefusal, UpstreamError, UpstreamTimeout, NoTargetAvailable, Internal,
}

/// <summary>A failure in OpenAI's words. <see cref="Message"/> is shown to the client: no secret, prompt or upstream host.</summary>
internal sealed record GatewayError(ErrorKind Kind, string Message, string? Param = null)
{
    /// <summary>When the client may try again; sent as <c>retry-after</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True when waiting is in vain; sent as <c>x-should-retry: false</c>.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The provider's own words, where a refusal passes on: HTTP status, type, code.</summary>
    public ProviderWords? Provider { get; init; }
}

/// <summary>What of a provider's refusal reaches the client. <see cref="ModerationDetails"/> is raw JSON.</summary>
internal sealed record ProviderWords(int Status, string? Type, string? Code, string? ModerationDetails = null);

/// <summary>An expected failure on its way to the error envelope.</summary>
internal class GatewayException(GatewayError error, Exception? cause = null) : Exception(error.Message, cause)
{
    public GatewayException(ErrorKind kind, string message, string? param = null) : this(new GatewayError(kind, message, param)) { }

    public GatewayError Error { get; } = error;

    /// <summary>A parameter with a value that is not allowed; the value is shown shortened, what is allowed in full.</summary>
    public static GatewayException Invalid(string param, string value, string allowed) =>
        new(ErrorKind.InvalidValue, $"Invalid value for '{param}': '{Shortened(value)}'. Allowed: {allowed}.", param);

    /// <summary>A client's value as an error may show it.</summary>
    public static string Shortened(string value) => value.Length <= 64 ? value : string.Concat(value.AsSpan(0, 64), "…");
}
