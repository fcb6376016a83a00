using System.Diagnostics;
using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Streaming;
using ImageGateway.Telemetry;

namespace ImageGateway.Routing;

/// <summary>One call to a target: its request, its clock, and what is recorded of it. Disposed without an outcome, its client has left.</summary>
internal sealed class Call(Target target, Attempt attempt, AttemptRecord record, AttemptClock clock, Price? price, Activity? span) : IDisposable
{
    public Target Target => target;

    public Attempt Attempt => attempt;

    public AttemptClock Clock => clock;

    /// <summary>How many pictures are asked for.</summary>
    public int Pictures => record.Sent.Count;

    /// <summary>The code of an answer that ended so; null when it is whole.</summary>
    public static string? Code(RelayEnd end, UpstreamFailure? failure) =>
        failure is not null ? ErrorEnvelope.Code(failure.Error) : end == RelayEnd.ClientGone ? "client_disconnected" : null;

    /// <summary>The provider has answered; whoever is asked first knows the status and the provider's request id.</summary>
    public void Answered(HttpResponseMessage response)
    {
        record.Status = (int)response.StatusCode;
        if (response.Headers.TryGetValues("x-request-id", out var ids) || response.Headers.TryGetValues("apim-request-id", out ids))
            record.UpstreamRequestId = ids.First();
    }

    /// <summary>It failed.</summary>
    public void Fail(UpstreamFailure failure) => record.Fail(ErrorEnvelope.Code(failure.Error), failure.Kind == FailureKind.MayBill);

    /// <summary>Its answer has ended, whole when there is no <paramref name="code"/>.</summary>
    public void End(Answer answer, RelayEnd end, string? code)
    {
        var facts = AttemptCost.Explained(answer.Tap.Facts, attempt.Job);
        var cost = AttemptCost.Settle(record, target.Model, price, attempt.Job, facts, end == RelayEnd.Complete);
        record.Answer(code, cost, facts.Usage, facts.Images, facts.Size, facts.Quality, answer.Relay.Length);
    }

    /// <summary>There was no room to keep its answer in: it is paid for, and is not to be repeated.</summary>
    public GatewayError NotKept(Answer answer, GatewayException cause)
    {
        End(answer, RelayEnd.UpstreamLost, ErrorEnvelope.Code(cause.Error));
        return Final(cause.Error);
    }

    /// <summary>An error behind which money is gone.</summary>
    public static GatewayError Final(GatewayError error) => error with { IsFinal = true, RetryAfter = null };

    public void Dispose()
    {
        if (!record.HasEnded)
            record.Fail("client_disconnected", attempt.IsSent);
        Tracing.End(span, record);
        clock.Dispose();
    }
}
