using System.Globalization;
using System.IO.Pipelines;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Routing.Load;
using ImageGateway.Streaming;
using ImageGateway.Telemetry;

namespace ImageGateway.Routing;

/// <summary>
/// Makes one call to a target, up to the point at which the first byte could be sent to the client: (1) the call, (2) a look at
/// the start of the response, since a 200 can hide an error, (3) the classification of a failure.
/// </summary>
internal sealed partial class UpstreamCall(TargetRegistry registry, RunningJobs runningJobs, TimeProvider time, ILogger<UpstreamCall> log)
{
    /// <summary>
    /// Writes the intent of a call for <paramref name="count"/> images; once this returns it is durable in the ledger and the
    /// call may be made.
    /// </summary>
    /// <exception cref="GatewayException">The intent cannot be made durable now.</exception>
    public async ValueTask<Call> AnnounceAsync(JobRecord record, PlannedTarget planned, IReadOnlyList<ParameterChange> edits, int count, HttpContext http)
    {
        var (target, today) = (planned.Target, record.Day);
        var sent = planned.Dialect.Sent.Count == count ? planned.Dialect.Sent : planned.Dialect.Sent with { N = count };
        var worst = AttemptCost.Worst(record.Job, planned, count, today);
        var attempt = await record.BeginAsync(target.Name, target.Model.Name, sent, worst?.Amount, worst?.OutputTokens ?? 0, target.PriceFactor);
        var span = Tracing.Attempt(target.ProviderName, target.Name, target.UpstreamName, attempt);
        var trace = target.ForwardsTrace ? TraceContext.Of(span, http.Request.Headers) : null;
        return new Call(
            target, new Attempt(record.Job, target.Model, target.UpstreamName, edits, http) { Trace = trace }, attempt,
            new AttemptClock(target.Timeout, time, http.RequestAborted, runningJobs.Over), target.Model.PriceOn(today), span);
    }

    /// <summary>The response or the failure; exactly one of the two.</summary>
    /// <exception cref="OperationCanceledException">The client disconnected.</exception>
    public async Task<(Answer? Answer, UpstreamFailure? Failure)> BeginAsync(Call call, PipeWriter client)
    {
        var (answer, failure) = await CallAsync(call, client);
        if (failure is not null)
            call.Fail(failure);
        return (answer, failure);
    }

    /// <summary>The failure in the provider's own error event after the stream has started; null: there was none.</summary>
    public UpstreamFailure? Told(Call call, Answer answer) =>
        answer.Tap is EventStreamTap { HasFailed: true } ? Failure(call.Target, call.Attempt, answer) : null;

    private async Task<(Answer? Answer, UpstreamFailure? Failure)> CallAsync(Call call, PipeWriter client)
    {
        var (target, attempt, clock) = (call.Target, call.Attempt, call.Clock);
        try
        {
            var response = await target.Provider.SendAsync(attempt, clock.Token); // 1
            call.Answered(response);
            clock.Progressed();
            Correct(target, response);
            return await LookAsync(call, response, client);
        }
        catch (OperationCanceledException) when (clock.Error is { } error)
        {
            LogEnded(target.Name, error.Message);
            return (null, new UpstreamFailure(attempt.IsSent ? FailureKind.MayBill : error.Kind == ErrorKind.Stopped ? FailureKind.Request : FailureKind.Broken, error));
        }
        catch (GatewayException e) when (e.Error.Kind != ErrorKind.NoTargetAvailable)
        {
            return (null, new UpstreamFailure(FailureKind.Request, e.Error)); // the request cannot be expressed in this provider's API
        }
        catch (GatewayException e)
        {
            LogNoAccess(e.InnerException, target.Name);
            return (null, new UpstreamFailure(FailureKind.Account, e.Error, e.Error.RetryAfter));
        }
        // Not a cancellation by the caller: the connection or its TLS handshake exceeded the handler's connect timeout.
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !attempt.Client.RequestAborted.IsCancellationRequested)
        {
            LogUnreachable(target.Name, e.GetType().Name);
            var error = new GatewayError(ErrorKind.UpstreamError, "The provider could not be reached, or broke off before it responded.");
            return (null, new UpstreamFailure(attempt.IsSent ? FailureKind.MayBill : FailureKind.Broken, error));
        }
    }

    // Others may use the deployment too; the provider knows how much of the limit is left. A failure states its own wait.
    private void Correct(Target target, HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode && (target.RequestsPerMinute ?? target.ImagesPerMinute) is not null)
            registry.Of(target).Correct(target, Left(response, "x-ratelimit-remaining-requests"), Left(response, "x-ratelimit-remaining-images"));
    }

    private static int? Left(HttpResponseMessage response, string header) =>
        response.Headers.NonValidated.TryGetValues(header, out var values) && int.TryParse(values.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left) ? left : null;

    private async Task<(Answer? Answer, UpstreamFailure? Failure)> LookAsync(Call call, HttpResponseMessage response, PipeWriter client)
    {
        var clock = call.Clock;
        var tap = Tap.For(response.Content.Headers.ContentType?.MediaType);
        var body = await response.Content.ReadAsStreamAsync(clock.Token);
        var answer = new Answer(response, body, new Relay(body, client, tap, clock.Progressed, clock.Waits, time), tap, call.Pictures);
        var kept = false;
        try
        {
            await answer.Relay.PeekAsync(clock.Token); // 2
            if (response.IsSuccessStatusCode && !IsPacked(response) && tap.Verdict != Verdict.Error && !(answer.Relay.Ended && tap.Verdict == Verdict.Undecided))
            {
                kept = true;
                return (answer, null);
            }
            return (null, await FailureAsync(call, answer)); // 3
        }
        finally
        {
            if (!kept)
                await answer.DisposeAsync();
        }
    }

    // No provider was asked to compress. Its usage could not be read, and the size the client would unpack to is unknown.
    private static bool IsPacked(HttpResponseMessage response) => response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var coding) && !coding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase);

    private async Task<UpstreamFailure> FailureAsync(Call call, Answer answer)
    {
        if (answer.Response.IsSuccessStatusCode && answer.Tap.Verdict == Verdict.Undecided)
            return new UpstreamFailure(FailureKind.MayBill, new GatewayError(ErrorKind.UpstreamError, "The provider's response contains no image."));
        await answer.Relay.FillAsync(call.Clock.Token);
        return Failure(call.Target, call.Attempt, answer);
    }

    private UpstreamFailure Failure(Target target, Attempt attempt, Answer answer)
    {
        var error = answer.Tap is EventStreamTap stream ? stream.Error : answer.Relay.Held.Span;
        var failure = UpstreamErrors.Map(answer.Response, error, attempt, target.Provider.Secrets, time.GetUtcNow());
        LogFailure(target.Name, (int)answer.Response.StatusCode, failure.Kind, ErrorEnvelope.Code(failure.Error));
        return failure;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} failed with status {Status}: {Kind}, code {Code}")]
    private partial void LogFailure(string target, int status, FailureKind kind, string? code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A call to {Target} was ended: {Why}")]
    private partial void LogEnded(string target, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} could not be called: the gateway has no access to it")]
    private partial void LogNoAccess(Exception? exception, string target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} could not be reached: {Cause}")]
    private partial void LogUnreachable(string target, string cause);
}
