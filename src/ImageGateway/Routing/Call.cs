using System.Diagnostics;
using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Streaming;
using ImageGateway.Telemetry;

namespace ImageGateway.Routing;

/// <summary>One call to a target: its request, its clock, and its record. If it is disposed without an outcome, the client disconnected.</summary>
internal sealed class Call(Target target, Attempt attempt, AttemptRecord record, AttemptClock clock, Price? price, Activity? span) : IDisposable
{
    public Target Target => target;

    public Attempt Attempt => attempt;

    public AttemptClock Clock => clock;

    /// <summary>True when its outcome is recorded.</summary>
    public bool HasEnded => record.HasEnded;

    /// <summary>How many images are requested.</summary>
    public int Pictures => record.Sent.Count;

    /// <summary>The error code of a response with this end; null when it is complete.</summary>
    public static string? Code(RelayEnd end, UpstreamFailure? failure) =>
        failure is not null ? ErrorEnvelope.Code(failure.Error) : end == RelayEnd.ClientGone ? "client_disconnected" : null;

    /// <summary>Records the provider's status and request id, from its first response.</summary>
    public void Answered(HttpResponseMessage response)
    {
        record.Status = (int)response.StatusCode;
        if (response.Headers.TryGetValues("x-request-id", out var ids) || response.Headers.TryGetValues("apim-request-id", out ids))
            record.UpstreamRequestId = ids.First();
    }

    /// <summary>Records a failure.</summary>
    public void Fail(UpstreamFailure failure) => record.Fail(ErrorEnvelope.Code(failure.Error), failure.Kind == FailureKind.MayBill);

    /// <summary>Records the end of its response; complete without a <paramref name="code"/>.</summary>
    public void End(Answer answer, RelayEnd end, string? code)
    {
        var facts = AttemptCost.Explained(answer.Tap.Facts, attempt.Job);
        var cost = AttemptCost.Settle(record, target.Model, price, attempt.Job, facts, end == RelayEnd.Complete);
        record.Answer(code, cost, facts.Usage, facts.Images, facts.Size, facts.Quality, answer.Relay.Length);
    }

    /// <summary>The error when there is no room to hold the response: it is paid for and must not be repeated.</summary>
    public GatewayError NotKept(Answer answer, GatewayException cause)
    {
        End(answer, RelayEnd.UpstreamLost, ErrorEnvelope.Code(cause.Error));
        return Final(cause.Error);
    }

    /// <summary>Marks an error after money was spent.</summary>
    public static GatewayError Final(GatewayError error) => error with { IsFinal = true, RetryAfter = null };

    public void Dispose()
    {
        if (!record.HasEnded)
            record.Fail("client_disconnected", attempt.IsSent);
        Tracing.End(span, record);
        clock.Dispose();
    }
}
