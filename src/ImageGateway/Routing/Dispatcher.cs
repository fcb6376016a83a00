using System.IO.Pipelines;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>
/// Sends a job to its target and passes the answer on. (1) the call; (2) a failure is turned into the client's error;
/// (3) the answer's beginning is looked at, since an error can hide in a 200; (4) the headers; (5) the bytes.
/// </summary>
internal sealed partial class Dispatcher(TimeProvider time, ILogger<Dispatcher> log)
{
    /// <summary>Runs the plan; returns when the answer has passed, or the client is gone.</summary>
    /// <exception cref="GatewayException">The job failed before a byte of the answer was sent.</exception>
    public async Task RunAsync(HttpContext http, ImageJob job, Plan plan)
    {
        using var clock = new AttemptClock(plan.Target.Timeout, time, http.RequestAborted);
        try
        {
            var attempt = new Attempt(job, plan.Target.Model, plan.Target.UpstreamName, plan.Edits, http);
            using var response = await plan.Target.Provider.SendAsync(attempt, clock.Token); // 1
            clock.Progressed();
            await AnswerAsync(http, plan, attempt, response, clock);
        }
        catch (OperationCanceledException) when (clock.TimedOut && !http.RequestAborted.IsCancellationRequested)
        {
            LogTimeout(plan.Target.Name, plan.Target.Timeout);
            throw new GatewayException(ErrorKind.UpstreamTimeout, $"The provider did not answer within {plan.Target.Timeout.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !http.RequestAborted.IsCancellationRequested)
        {
            LogUnreachable(plan.Target.Name, e.GetType().Name);
            throw new GatewayException(new GatewayError(ErrorKind.UpstreamError, "The provider could not be reached, or broke off before it answered."), e);
        }
    }

    private async Task AnswerAsync(HttpContext http, Plan plan, Attempt attempt, HttpResponseMessage response, AttemptClock clock)
    {
        var tap = Tap.For(response.Content.Headers.ContentType?.MediaType);
        await using var upstream = await response.Content.ReadAsStreamAsync(clock.Token);
        var relay = new Relay(upstream, http.Response.BodyWriter, tap, clock.Progressed);
        await relay.PeekAsync(clock.Token);
        if (!response.IsSuccessStatusCode || tap.Verdict == Verdict.Error)
            await RefuseAsync(plan, attempt, response, relay, clock); // 2
        if (relay.Ended && tap.Verdict == Verdict.Undecided)
            throw new GatewayException(ErrorKind.UpstreamError, "The provider answered without a picture."); // 3
        await WriteHeadAsync(http, plan, attempt, response); // 4
        var end = await PassAsync(relay, clock); // 5
        if (end == RelayEnd.UpstreamLost)
            await EndBrokenAsync(http, tap, clock.TimedOut);
        LogJob(plan.Target.Name, end, tap.Facts);
    }

    private async Task RefuseAsync(Plan plan, Attempt attempt, HttpResponseMessage response, Relay relay, AttemptClock clock)
    {
        await relay.FillAsync(clock.Token);
        var error = UpstreamErrors.Map(response, ErrorJson(relay, response), attempt, plan.Target.Provider.Secrets, time.GetUtcNow());
        LogRefusal(plan.Target.Name, (int)response.StatusCode, ErrorEnvelope.Code(error));
        throw new GatewayException(error);
    }

    // An error that comes as an event has the same JSON behind "data:".
    private static ReadOnlySpan<byte> ErrorJson(Relay relay, HttpResponseMessage response)
    {
        var held = relay.Held.Span;
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            return held;
        var data = held.IndexOf("data:"u8);
        return data < 0 ? default : held[(data + 5)..];
    }

    private static async Task WriteHeadAsync(HttpContext http, Plan plan, Attempt attempt, HttpResponseMessage response)
    {
        await HeaderRules.ToClientAsync(response, http);
        var headers = http.Response.Headers;
        headers["x-gateway-target"] = plan.Target.Name;
        headers["x-gateway-model"] = plan.Target.Model.Name;
        headers["x-gateway-attempts"] = "1";
        if (plan.Adjustments.Count > 0)
            headers["x-gateway-adjusted"] = Adjustment.Header(plan.Adjustments);
        if (plan.Target.Simulated)
            headers["x-gateway-simulated"] = "true";
        if (!attempt.Job.Parameters.Stream)
            return;
        // Proxies in front must not collect events.
        headers.CacheControl = "no-cache";
        headers["x-accel-buffering"] = "no";
    }

    private static async Task<RelayEnd> PassAsync(Relay relay, AttemptClock clock)
    {
        try
        {
            return await relay.RunAsync(clock.Token);
        }
        catch (OperationCanceledException)
        {
            return clock.TimedOut ? RelayEnd.UpstreamLost : RelayEnd.ClientGone;
        }
    }

    // The status is sent already. A stream ends with an error event; a JSON answer must not look whole.
    private static async Task EndBrokenAsync(HttpContext http, Tap tap, bool timedOut)
    {
        if (tap is not EventStreamTap stream)
        {
            http.Abort();
            return;
        }
        var error = timedOut
            ? new GatewayError(ErrorKind.UpstreamTimeout, "The provider stopped sending.")
            : new GatewayError(ErrorKind.UpstreamError, "The provider broke off in the middle of the stream.");
        await http.Response.BodyWriter.WriteAsync(ErrorEvent.After(stream, error), http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} refused with status {Status}, code {Code}")]
    private partial void LogRefusal(string target, int status, string? code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} sent nothing for {Timeout}")]
    private partial void LogTimeout(string target, TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} could not be reached: {Cause}")]
    private partial void LogUnreachable(string target, string cause);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Target}: {End}, {Facts}")]
    private partial void LogJob(string target, RelayEnd end, AnswerFacts facts);
}
