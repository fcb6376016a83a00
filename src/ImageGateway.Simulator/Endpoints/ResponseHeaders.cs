namespace ImageGateway.Simulator.Endpoints;

/// <summary>The headers of every provider response.</summary>
internal static class ResponseHeaders
{
    private const string RequestIdName = "x-request-id";

    public static void Add(HttpResponse response, Surface surface)
    {
        var headers = response.Headers;
        headers[RequestIdName] = $"req_{Guid.NewGuid():N}";
        headers["openai-processing-ms"] = "1200";
        headers["openai-organization"] = "org-simulated";
        headers["openai-version"] = "2020-10-01";
        headers["x-ratelimit-limit-requests"] = "500";
        headers["x-ratelimit-remaining-requests"] = "499";
        headers["x-ratelimit-reset-requests"] = "120ms";
        if (surface == Surface.OpenAI)
            return;
        headers["apim-request-id"] = Guid.NewGuid().ToString();
        headers["x-ms-region"] = "Sweden Central";
    }

    public static string RequestId(HttpResponse response) => response.Headers[RequestIdName].ToString();
}
