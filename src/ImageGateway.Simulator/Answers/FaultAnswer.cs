using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;

namespace ImageGateway.Simulator.Answers;

/// <summary>The faults that replace the whole response.</summary>
internal static class FaultAnswer
{
    /// <summary>Returns whether the call has been answered.</summary>
    public static async Task<bool> WriteAsync(Fault fault, AnswerWriter answer, HttpContext http, Call call)
    {
        if (fault.Reset)
            http.Abort();
        else if (fault.Html)
            await answer.WriteAsync(fault.Status ?? 502, "text/html", Page(fault.Status ?? 502));
        else if (fault.ErrorIn200 is { } code)
            await answer.WriteJsonAsync(200, ErrorIn200(code, call.Kind));
        else if (fault.Status is { } status)
            await WriteStatusAsync(status, fault.Body, answer, call);
        else
            return false;
        return true;
    }

    private static Task WriteStatusAsync(int status, JsonNode? body, AnswerWriter answer, Call call) => body switch
    {
        JsonObject json => answer.WriteJsonAsync(status, json),
        null => answer.WriteJsonAsync(status, Usual(status, call).Body),
        _ when body.GetValueKind() == JsonValueKind.String => answer.WriteAsync(status, "text/plain", Encoding.UTF8.GetBytes(body.GetValue<string>())),
        _ => answer.WriteAsync(status, "application/json", Encoding.UTF8.GetBytes(body.ToJsonString())),
    };

    private static ProviderException Usual(int status, Call call) => (call.Kind, status) switch
    {
        (_, 400) => ProviderErrors.Invalid("size", "Invalid value for 'size'."),
        (ProviderKind.Azure, 401) => AzureErrors.AccessDenied(),
        (ProviderKind.Azure, 404) => AzureErrors.DeploymentNotFound(),
        (ProviderKind.Azure, 429) => AzureErrors.Error(429, "429", "Requests to the Images_Create Operation have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 1 second."),
        (ProviderKind.Azure, _) => AzureErrors.Error(status, status >= 500 ? "InternalServerError" : $"{status}", "The server had an error processing your request."),
        (_, 401) => ProviderErrors.InvalidKey(call.Key ?? ""),
        (_, 403) => ProviderErrors.Error(403, "invalid_request_error", null, null, $"Your organization must be verified to use the model `{call.Model}`."),
        (_, 404) => ProviderErrors.ModelNotFound(call.Model ?? ""),
        (_, 429) => ProviderErrors.Error(429, "requests", "rate_limit_exceeded", null, $"Rate limit reached for {call.Model} in organization org-simulated on images per min: Limit 5, Used 5, Requested 1. Please try again in 12s."),
        (_, 503) => ProviderErrors.Error(503, "server_error", "server_is_overloaded", null, "The engine is currently overloaded, please try again later."),
        _ => ProviderErrors.Error(status, status >= 500 ? "server_error" : "invalid_request_error", null, null, "The server had an error while processing your request. Sorry about that!"),
    };

    private static JsonObject ErrorIn200(JsonNode code, ProviderKind kind)
    {
        if (code.GetValueKind() == JsonValueKind.String)
            return ProviderErrors.Error(200, "server_error", code.GetValue<string>(), null, "The request could not be completed.").Body;
        return kind == ProviderKind.Azure
            ? AzureErrors.Error(200, "InternalServerError", "The server had an error processing your request.").Body
            : ProviderErrors.Error(200, "server_error", null, null, "The server had an error while processing your request. Sorry about that!").Body;
    }

    private static byte[] Page(int status) =>
        Encoding.UTF8.GetBytes($"<html>\r\n<head><title>{status} Bad Gateway</title></head>\r\n<body>\r\n<center><h1>{status} Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
}
