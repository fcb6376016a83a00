using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace ImageGateway.Images;

/// <summary>A failure in OpenAI's wire format. The only place that maps a kind to HTTP status, type and code.</summary>
internal static class ErrorEnvelope
{
    private const string InvalidRequest = "invalid_request_error";
    private const string Server = "server_error";

    /// <summary>The HTTP status of an error.</summary>
    public static int Status(GatewayError error) => error.Provider?.Status ?? Words(error.Kind).Status;

    /// <summary>The error's <c>code</c>, as in logs and the ledger.</summary>
    public static string? Code(GatewayError error) => error.Provider is { } provider ? provider.Code : Words(error.Kind).Code;

    /// <summary><c>{"error":{…}}</c>: the body of a failed response.</summary>
    public static byte[] Body(GatewayError error) => Write(json => WriteError(json, error));

    /// <summary><c>{"type":"error","error":{…}}</c>: the data of an error event.</summary>
    public static byte[] EventData(GatewayError error) => Write(json =>
    {
        json.WriteString("type", "error");
        WriteError(json, error);
    });

    /// <summary>Sets status and headers and writes the body. The response must not have started.</summary>
    public static Task WriteAsync(HttpResponse response, GatewayError error, CancellationToken cancellationToken)
    {
        SetHead(response, error);
        response.ContentType = "application/json";
        var body = Body(error);
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, cancellationToken).AsTask();
    }

    /// <summary>Sets the status and its headers, whatever the format of the body; the error becomes a feature of the request, for the metrics.</summary>
    public static void SetHead(HttpResponse response, GatewayError error)
    {
        response.HttpContext.Features.Set(error);
        response.StatusCode = Status(error);
        if (error.RetryAfter is { } wait)
        {
            // Rounded up, so that a client that waits this long is not too early.
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] = Math.Max(1, (long)Math.Ceiling(wait.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
        }
        // The official clients retry a 504, although the first call may have been billed, and a 429 that no short wait
        // resolves.
        if (error.IsFinal || error.Kind is ErrorKind.UpstreamTimeout or ErrorKind.InsufficientQuota)
            response.Headers["x-should-retry"] = "false";
        if (error.Kind == ErrorKind.InvalidApiKey)
            response.Headers.WWWAuthenticate = "Bearer";
    }

    private static (int Status, string Type, string? Code) Words(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidValue => (400, InvalidRequest, "invalid_value"),
        ErrorKind.MissingParameter => (400, InvalidRequest, "missing_required_parameter"),
        ErrorKind.UnknownParameter => (400, InvalidRequest, "unknown_parameter"),
        ErrorKind.InvalidJson => (400, InvalidRequest, "invalid_json"),
        ErrorKind.InvalidMask => (400, InvalidRequest, "invalid_mask_image_format"),
        ErrorKind.InvalidApiKey => (401, InvalidRequest, "invalid_api_key"),
        ErrorKind.Forbidden => (403, InvalidRequest, "forbidden"),
        ErrorKind.ModelNotAllowed => (403, InvalidRequest, "model_not_allowed"),
        ErrorKind.ModelNotFound => (404, InvalidRequest, "model_not_found"),
        ErrorKind.UnknownUrl => (404, InvalidRequest, "unknown_url"),
        ErrorKind.NotFound => (404, InvalidRequest, "not_found"),
        ErrorKind.MethodNotAllowed => (405, InvalidRequest, "method_not_allowed"),
        ErrorKind.Conflict => (409, InvalidRequest, "conflict"),
        ErrorKind.IdempotencyInFlight => (409, InvalidRequest, "idempotency_in_flight"),
        ErrorKind.IdempotencyMismatch => (422, InvalidRequest, "idempotency_mismatch"),
        ErrorKind.PreconditionFailed => (412, InvalidRequest, "precondition_failed"),
        ErrorKind.RequestTooLarge => (413, InvalidRequest, "request_too_large"),
        ErrorKind.UnsupportedMediaType => (415, InvalidRequest, "unsupported_media_type"),
        ErrorKind.RateLimited => (429, "requests", "rate_limit_exceeded"),
        ErrorKind.InsufficientQuota => (429, "insufficient_quota", "insufficient_quota"),
        ErrorKind.QualityNotAllowed => (403, InvalidRequest, "quality_not_allowed"),
        ErrorKind.ProviderRefusal => (400, InvalidRequest, null),
        ErrorKind.UpstreamError => (502, Server, "upstream_error"),
        ErrorKind.NoTargetAvailable => (503, Server, "no_target_available"),
        ErrorKind.Overloaded => (503, Server, "overloaded"),
        ErrorKind.Stopped => (503, Server, "gateway_stopped"),
        ErrorKind.StoreUnavailable => (503, Server, "store_unavailable"),
        ErrorKind.UpstreamTimeout => (504, Server, "upstream_timeout"),
        _ => (500, Server, "internal_error"),
    };

    private static void WriteError(Utf8JsonWriter json, GatewayError error)
    {
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Provider?.Type ?? Words(error.Kind).Type);
        json.WriteString("param", error.Param);
        json.WriteString("code", Code(error));
        if (error.Provider?.ModerationDetails is { } details)
        {
            json.WritePropertyName("moderation_details");
            json.WriteRawValue(details);
        }
        json.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
