namespace ImageGateway.Images;

/// <summary>
/// The closed set of failures a client can get; the error envelope alone maps each to status, type and code. Stored as numbers,
/// which replicas of other versions read: new ones are added at the end.
/// </summary>
internal enum ErrorKind
{
    InvalidValue, MissingParameter, UnknownParameter, InvalidJson, InvalidMask,
    InvalidApiKey, Forbidden, ModelNotAllowed, ModelNotFound, UnknownUrl, NotFound, MethodNotAllowed,
    RequestTooLarge, UnsupportedMediaType, RateLimited, Overloaded, StoreUnavailable, InsufficientQuota, QualityNotAllowed, Conflict, IdempotencyInFlight, IdempotencyMismatch, PreconditionFailed,
    ProviderRefusal, UpstreamError, UpstreamTimeout, NoTargetAvailable, Internal, Stopped,
}

/// <summary>A failure in OpenAI's format. The client sees <see cref="Message"/>: no secret, prompt or upstream host.</summary>
internal sealed record GatewayError(ErrorKind Kind, string Message, string? Param = null)
{
    /// <summary>The error of a response without its end.</summary>
    public static GatewayError BrokeOff { get; } = new(ErrorKind.UpstreamError, "The provider broke off in the middle of its response.");

    /// <summary>When the client may try again; sent as <c>retry-after</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True when a retry is useless; sent as <c>x-should-retry: false</c>.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The provider's own status, type and code for a refusal that is passed on.</summary>
    public ProviderWords? Provider { get; init; }
}

/// <summary>The parts of a provider's refusal that reach the client. <see cref="ModerationDetails"/> is raw JSON.</summary>
internal sealed record ProviderWords(int Status, string? Type, string? Code, string? ModerationDetails = null);

/// <summary>An expected failure, reported through the error envelope.</summary>
internal class GatewayException(GatewayError error, Exception? cause = null) : Exception(error.Message, cause)
{
    public GatewayException(ErrorKind kind, string message, string? param = null) : this(new GatewayError(kind, message, param)) { }

    public GatewayError Error { get; } = error;

    /// <summary>A parameter with an invalid value; the value is shown shortened, the allowed values in full.</summary>
    public static GatewayException Invalid(string param, string value, string allowed) =>
        new(ErrorKind.InvalidValue, $"Invalid value for '{param}': '{Shortened(value)}'. Allowed: {allowed}.", param);

    /// <summary>A client's value, shortened for an error message.</summary>
    public static string Shortened(string value) => value.Length <= 64 ? value : string.Concat(value.AsSpan(0, 64), "…");
}
