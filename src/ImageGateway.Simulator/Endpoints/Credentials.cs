namespace ImageGateway.Simulator.Endpoints;

/// <summary>The key of a request. Any key is accepted, except those reserved for refusals.</summary>
internal static class Credentials
{
    private const string BearerScheme = "Bearer ";

    public static (string? Auth, string? Key) Read(HttpRequest request)
    {
        if (request.Headers.TryGetValue("api-key", out var apiKey))
            return ("api-key", apiKey.ToString());
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            ? ("bearer", header[BearerScheme.Length..].Trim())
            : (null, null);
    }

    public static void Check(Surface surface, string? auth, string? key)
    {
        var invalid = key is "invalid" || (key?.StartsWith("sk-invalid", StringComparison.Ordinal) ?? false);
        if (surface != Surface.OpenAI && (string.IsNullOrEmpty(key) || invalid))
            throw AzureErrors.AccessDenied();
        if (string.IsNullOrEmpty(key) || (surface == Surface.OpenAI && auth != "bearer"))
            throw ProviderErrors.MissingKey();
        if (invalid)
            throw ProviderErrors.InvalidKey(key);
    }
}
