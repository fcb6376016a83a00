using System.Text.Json.Nodes;

namespace ImageGateway.Simulator;

/// <summary>An error response, with the body the provider would send.</summary>
internal sealed class ProviderException(int status, JsonObject body) : Exception("The simulated provider refuses the call.")
{
    public int Status { get; } = status;

    public JsonObject Body { get; } = body;
}

/// <summary>The errors of the images API, both at OpenAI and behind an Azure deployment.</summary>
internal static class ProviderErrors
{
    public static ProviderException MissingKey() =>
        Request(401, null, null, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).");

    public static ProviderException InvalidKey(string key) =>
        Request(401, "invalid_api_key", null, $"Incorrect API key provided: {Mask(key)}. You can find your API key at https://platform.openai.com/account/api-keys.");

    public static ProviderException UnknownUrl(string method, string path) =>
        Request(404, null, null, $"Invalid URL ({method} {path})");

    public static ProviderException ModelNotFound(string model) =>
        Request(404, "model_not_found", "model", $"The model '{model}' does not exist");

    // Not a 404: the images endpoints report an unknown model as an invalid value.
    public static ProviderException UnknownModel(string model) =>
        UserError("invalid_value", "model", $"The model '{model}' does not exist.");

    public static ProviderException UnsupportedContentType(string? type) =>
        Request(400, "unsupported_content_type", null, $"Unsupported content type: '{type}'. This API method only accepts 'application/json' requests, or 'multipart/form-data' for edits.");

    public static ProviderException MalformedJson() =>
        Request(400, null, null, "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)");

    public static ProviderException MalformedMultipart() =>
        Request(400, null, null, "Could not parse multipart form. Check that the body ends with the boundary that the Content-Type header names.");

    public static ProviderException TooLarge() =>
        Request(413, null, null, "Maximum content size limit exceeded.");

    public static ProviderException Missing(string name) =>
        Request(400, "missing_required_parameter", name, $"Missing required parameter: '{name}'.");

    public static ProviderException Unknown(string name) =>
        Request(400, "unknown_parameter", name, $"Unknown parameter: '{name}'.");

    public static ProviderException WrongType(string name, string expected, string actual) =>
        Request(400, "invalid_type", name, $"Invalid type for '{name}': expected {expected}, but got {actual} instead.");

    public static ProviderException OutOfRange(string name, string code, string message) =>
        Request(400, code, name, $"Invalid '{name}': {message}");

    public static ProviderException Invalid(string name, string message) =>
        Request(400, "invalid_value", name, message);

    public static ProviderException InvalidValue(string name, string value, IReadOnlyList<string> allowed) =>
        Invalid(name, $"Invalid value: '{value}'. Supported values are: {string.Join(", ", allowed.SkipLast(1).Select(item => $"'{item}'"))}{(allowed.Count > 1 ? ", and " : "")}'{allowed[^1]}'.");

    /// <summary>The error type for refusals by the image models themselves.</summary>
    public static ProviderException UserError(string code, string? param, string message) =>
        Error(400, "image_generation_user_error", code, param, message);

    public static ProviderException Moderated(string requestId)
    {
        var refusal = UserError("moderation_blocked", null, $"Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID {requestId}.");
        refusal.Body["error"]!["moderation_details"] = new JsonObject { ["moderation_stage"] = "input", ["categories"] = new JsonArray("violence") };
        return refusal;
    }

    public static ProviderException Error(int status, string type, string? code, string? param, string message) =>
        new(status, new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = param, ["code"] = code },
        });

    private static ProviderException Request(int status, string? code, string? param, string message) =>
        Error(status, "invalid_request_error", code, param, message);

    // As the real service shows keys: the first and last letters, stars between.
    private static string Mask(string key) =>
        key.Length <= 12 ? $"{key[..Math.Min(3, key.Length)]}***" : $"{key[..8]}{new string('*', key.Length - 12)}{key[^4..]}";
}
