using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>Gives an answer to the client: the headers that say who gave it, then the bytes.</summary>
internal static class Delivery
{
    /// <summary>Sends it; a stream that the provider breaks off ends with one error event, its own or ours, another answer with the connection.</summary>
    public static async Task<RelayEnd> SendAsync(HttpContext http, Answer answer, AttemptClock clock, bool hidesProvider)
    {
        await HeaderRules.ToClientAsync(answer.Response, http, hidesProvider);
        // An error event, or a comment while it is silent, makes a stream longer than its provider said.
        if (answer.Tap is EventStreamTap)
            http.Response.ContentLength = null;
        var end = await PassAsync(answer, clock);
        if (end == RelayEnd.UpstreamLost)
            await EndBrokenAsync(http, answer.Tap, clock.TimedOut);
        return end;
    }

    /// <summary>Sets the gateway's own headers.</summary>
    public static void Describe(HttpContext http, JobRecord record, PlannedTarget planned, int attempts)
    {
        record.Answering();
        var headers = http.Response.Headers;
        if (!record.Caller.HideTarget)
            headers["x-gateway-target"] = planned.Target.Name;
        headers["x-gateway-model"] = planned.Target.Model.Name;
        headers["x-gateway-attempts"] = attempts == 1 ? "1" : $"{attempts}";
        if (planned.Dialect.Adjustments.Count > 0)
            headers["x-gateway-adjusted"] = Adjustment.Header(planned.Dialect.Adjustments);
        if (planned.Target.Simulated)
            headers["x-gateway-simulated"] = "true";
        if (!record.Job.Parameters.Stream)
            return;
        // Proxies in front must not collect events.
        headers.CacheControl = "no-cache";
        headers["x-accel-buffering"] = "no";
    }

    private static async Task<RelayEnd> PassAsync(Answer answer, AttemptClock clock)
    {
        try
        {
            return await answer.PassAsync(clock.Token);
        }
        catch (OperationCanceledException)
        {
            return clock.TimedOut ? RelayEnd.UpstreamLost : RelayEnd.ClientGone;
        }
    }

    // The status is sent already, unless the answer is held back. A stream ends with an error event; a JSON answer must not look whole.
    private static async Task EndBrokenAsync(HttpContext http, Tap tap, bool timedOut)
    {
        var error = timedOut
            ? new GatewayError(ErrorKind.UpstreamTimeout, "The provider stopped sending.")
            : new GatewayError(ErrorKind.UpstreamError, "The provider broke off in the middle of its answer.");
        if (tap is not EventStreamTap stream)
        {
            if (http.Features.Get<HeldBack>() is { } held)
                held.Error = error;
            else
                http.Abort();
            return;
        }
        // The provider has told the client itself.
        if (stream.HasFailed)
            return;
        await http.Response.BodyWriter.WriteAsync(ErrorEvent.After(stream, error), http.RequestAborted);
    }
}
