using System.Text.Json.Nodes;

namespace ImageGateway.Simulator;

/// <summary>The errors of Azure's own layer, in front of the model.</summary>
internal static class AzureErrors
{
    public static ProviderException AccessDenied() =>
        Error(401, "401", "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.");

    public static ProviderException NotFound() => Error(404, "404", "Resource not found");

    public static ProviderException DeploymentNotFound() =>
        Error(404, "DeploymentNotFound", "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.");

    public static ProviderException MultipartOnly() =>
        Error(415, "UnsupportedMediaType", "Image edits take multipart/form-data.");

    /// <summary>A refusal; its status is 400, or 200, which Azure is known to send at times.</summary>
    public static ProviderException ContentFilter(int status, DateTimeOffset now)
    {
        var refusal = Error(status, "contentFilter", "Your task failed as a result of our safety system.");
        refusal.Body["created"] = now.ToUnixTimeSeconds();
        refusal.Body["error"]!["inner_error"] = new JsonObject
        {
            ["code"] = "ResponsibleAIPolicyViolation",
            ["content_filter_results"] = FilterResults(filtered: "violence"),
        };
        return refusal;
    }

    /// <summary>The four categories; <paramref name="filtered"/> is the one that caused the refusal.</summary>
    public static JsonObject FilterResults(string? filtered = null)
    {
        var results = new JsonObject();
        foreach (var category in (string[])["sexual", "violence", "hate", "self_harm"])
        {
            results[category] = new JsonObject
            {
                ["severity"] = category == filtered ? "medium" : "safe",
                ["filtered"] = category == filtered,
            };
        }

        return results;
    }

    public static ProviderException Error(int status, string code, string message) =>
        new(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });
}
