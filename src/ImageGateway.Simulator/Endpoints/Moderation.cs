using ImageGateway.Simulator.Requests;

namespace ImageGateway.Simulator.Endpoints;

/// <summary>Refuses prompts with a marker, in each provider's own format.</summary>
internal static class Moderation
{
    private const string Marker = "[moderated]";

    /// <summary>Azure is known to send the same refusal with status 200 at times.</summary>
    private const string MarkerOfHidden = "[moderated-200]";

    public static void Check(ImageJob job, Surface surface, string requestId, DateTimeOffset now)
    {
        var azure = surface != Surface.OpenAI;
        if (azure && job.Prompt.Contains(MarkerOfHidden, StringComparison.Ordinal))
            throw AzureErrors.ContentFilter(StatusCodes.Status200OK, now);
        if (job.Prompt.Contains(Marker, StringComparison.Ordinal))
            throw azure ? AzureErrors.ContentFilter(StatusCodes.Status400BadRequest, now) : ProviderErrors.Moderated(requestId);
    }
}
