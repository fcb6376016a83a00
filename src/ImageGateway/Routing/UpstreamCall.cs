using System.Globalization;
using System.IO.Pipelines;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Routing.Load;
using ImageGateway.Streaming;
using ImageGateway.Telemetry;

namespace ImageGateway.Routing;

/// <summary>
/// Makes one call to a target, up to the point where the first byte could be sent to the client: (1) the call, (2) the
/// answer's beginning is looked at, since an error can hide in a 200, (3) a failure is turned into what it means.
/// </summary>
internal sealed partial class UpstreamCall(TargetRegistry registry, TimeProvider time, ILogger<UpstreamCall> log)
{
    /// <summary>Announces a call for <paramref name="count"/> pictures; it is durable in the ledger when this returns, and may be made.</summary>
    /// <exception cref="GatewayException">It cannot be made durable now.</exception>
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
            new AttemptClock(target.Timeout, time, http.RequestAborted), target.Model.PriceOn(today), span);
    }

    /// <summary>The answer, or the failure; exactly one of the two.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async Task<(Answer? Answer, UpstreamFailure? Failure)> BeginAsync(Call call, PipeWriter client)
    {
        var (answer, failure) = await CallAsync(call, client);
        if (failure is not null)
            call.Fail(failure);
        return (answer, failure);
    }

    /// <summary>What the provider's own error event says of a stream that has begun; null: it sent none.</summary>
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
        catch (OperationCanceledException) when (clock.TimedOut)
        {
            LogTimeout(target.Name, target.Timeout);
            return (null, new UpstreamFailure(attempt.IsSent ? FailureKind.MayBill : FailureKind.Broken, new GatewayError(ErrorKind.UpstreamTimeout, $"The provider did not answer within {target.Timeout.TotalSeconds:0.##} seconds.")));
        }
        catch (GatewayException e) when (e.Error.Kind != ErrorKind.NoTargetAvailable)
        {
            return (null, new UpstreamFailure(FailureKind.Request, e.Error)); // it cannot be put as this provider wants it
        }
        catch (GatewayException e)
        {
            LogNoAccess(e.InnerException, target.Name);
            return (null, new UpstreamFailure(FailureKind.Account, e.Error, e.Error.RetryAfter));
        }
        // Nobody cancelled: the connection, or its TLS handshake, took longer than the client's handler waits for one.
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !attempt.Client.RequestAborted.IsCancellationRequested)
        {
            LogUnreachable(target.Name, e.GetType().Name);
            var error = new GatewayError(ErrorKind.UpstreamError, "The provider could not be reached, or broke off before it answered.");
            return (null, new UpstreamFailure(attempt.IsSent ? FailureKind.MayBill : FailureKind.Broken, error));
        }
    }

    // Others may use the deployment too; the provider knows what is left of it. A failure says itself how long to wait.
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

    // No provider is asked for that. What it used could not be read, and how much its client would unpack is not known.
    private static bool IsPacked(HttpResponseMessage response) => response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var coding) && !coding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase);

    private async Task<UpstreamFailure> FailureAsync(Call call, Answer answer)
    {
        if (answer.Response.IsSuccessStatusCode && answer.Tap.Verdict == Verdict.Undecided)
            return new UpstreamFailure(FailureKind.MayBill, new GatewayError(ErrorKind.UpstreamError, "The provider answered without a picture."));
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} sent nothing for {Timeout}")]
    private partial void LogTimeout(string target, TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} could not be asked: the gateway has no access")]
    private partial void LogNoAccess(Exception? exception, string target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Target} could not be reached: {Cause}")]
    private partial void LogUnreachable(string target, string cause);
}
