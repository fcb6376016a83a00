using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>Sends a response to the client: the headers that describe its origin, then the bytes.</summary>
internal static class Delivery
{
    /// <summary>Sends as much as the provider delivers; calls <paramref name="ending"/> when all has arrived, before the client gets the end.</summary>
    public static async Task<RelayEnd> SendAsync(HttpContext http, Answer answer, AttemptClock clock, bool hidesProvider, Func<ValueTask> ending)
    {
        await HeaderRules.ToClientAsync(answer.Response, http, hidesProvider);
        // OpenAI's clients go by the type.
        if (answer.Tap is JsonTap && http.Response.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
            http.Response.ContentType = "application/json";
        // An error event, or a heartbeat comment, makes a stream longer than the length the provider announced.
        if (answer.Tap is EventStreamTap)
            http.Response.ContentLength = null;
        try
        {
            return await answer.PassAsync(clock, ending);
        }
        catch (OperationCanceledException)
        {
            return RelayEnd.ClientGone;
        }
    }

    /// <summary>
    /// Ends a response that the provider broke off. Unless it is withheld, its status has been sent: a stream ends with one
    /// error event, and a JSON response with an aborted connection, so that it cannot look complete.
    /// </summary>
    public static async Task EndAsync(HttpContext http, Tap tap, UpstreamFailure failure)
    {
        if (tap is EventStreamTap stream)
            await http.Response.BodyWriter.WriteAsync(stream.HasFailed ? ErrorEvent.InPlace(stream, failure.Words ?? failure.Error) : ErrorEvent.After(stream, failure.Error), http.RequestAborted);
        else if (http.Features.Get<WithheldAnswer>() is { } held)
            held.Error = failure.Error with { IsFinal = true }; // it is paid for
        else
            http.Abort();
    }

    /// <summary>Sets the headers that tell who answered, be it with an error, and after how many attempts.</summary>
    public static void Name(HttpContext http, JobRecord record, PlannedTarget planned)
    {
        if (http.Response.HasStarted)
            return;
        var (headers, attempts) = (http.Response.Headers, record.AttemptCount);
        if (!record.Caller.HideTarget)
            headers["x-gateway-target"] = planned.Target.Name;
        headers["x-gateway-model"] = planned.Target.Model.Name;
        headers["x-gateway-attempts"] = attempts == 1 ? "1" : $"{attempts}";
        headers["x-gateway-simulated"] = planned.Target.Simulated ? "true" : null; // an attempt before may have been
    }

    /// <summary>Sets the gateway's own headers of a response.</summary>
    public static void Describe(HttpContext http, JobRecord record, PlannedTarget planned)
    {
        record.Answering();
        Name(http, record, planned);
        var headers = http.Response.Headers;
        if (planned.Dialect.Adjustments.Count > 0)
            headers["x-gateway-adjusted"] = Adjustment.Header(planned.Dialect.Adjustments);
        if (!record.Job.Parameters.Stream)
            return;
        // Proxies in front must not buffer events.
        headers.CacheControl = "no-cache";
        headers["x-accel-buffering"] = "no";
    }
}
