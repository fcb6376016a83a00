using ImageGateway.Images;
using ImageGateway.Providers;
using ImageGateway.Routing.Load;
using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>
/// Runs a plan: (1) capacity at the first target that has some and whose circuit is closed, waiting as long as the route
/// allows; (2) the call, whose response is passed on; or (3) its failure, which decides whether the next target may be tried.
/// The next target is tried only before a byte has been sent to the client, and never after a call that may have cost money,
/// unless the route allows it.
/// </summary>
internal sealed class Dispatcher(TargetRegistry registry, WaitingRoom room, UpstreamCall calls, FanOut fanOut, TimeProvider time)
{
    // The end of a call in flight cannot be predicted.
    private static readonly TimeSpan UnknownRetry = TimeSpan.FromSeconds(1);

    // A provider that is available again this soon is worth waiting for, if there is no other.
    private static readonly TimeSpan ShortRest = TimeSpan.FromSeconds(2);

    /// <summary>Runs the plan; returns when the response has been passed on, or the client disconnected.</summary>
    /// <exception cref="GatewayException">The job failed before a byte of the response was sent.</exception>
    public async Task RunAsync(HttpContext http, JobRecord record, Plan plan)
    {
        var (left, patience) = (plan.Targets.ToList(), plan.Route.MaxWait);
        UpstreamFailure? failure = null;
        var mayBeBilled = false;
        for (var attempts = 1; left.Count > 0; attempts++)
        {
            var start = time.GetTimestamp();
            using var place = await room.EnterAsync(record.Caller.Tenant, left, patience, record.AcceptAsync, http.RequestAborted); // 1
            var waited = time.GetElapsedTime(start);
            record.Wait(waited);
            if (place is null)
                break;
            patience -= waited;
            try
            {
                failure = await AttemptAsync(http, record, place, plan.Route); // 2
            }
            catch (GatewayException e) when (e.Error.Kind == ErrorKind.InsufficientQuota && failure is not null)
            {
                break; // the failed call may be billed, and the budget does not cover another one
            }
            if (failure is null)
                return;
            Delivery.Name(http, record, place.Planned);
            mayBeBilled |= failure.MayBeBilled;
            left.Remove(place.Planned);
            if (!MayGoOn(failure, plan.Route) || attempts == plan.Route.MaxAttempts) // 3
                break;
            if (IsSoonBack(failure, place.Planned.Target) && room.Shortest(left) > TimeSpan.Zero)
                left.Add(place.Planned);
        }
        var error = Failed(plan, failure);
        // Clients that retry automatically would pay for it again and again.
        record.Upstream = mayBeBilled && plan.Route.OnTimeout == FailureAction.Stop ? error with { IsFinal = true } : error;
        throw new GatewayException(record.Upstream);
    }

    // A response that breaks off is not retried, but still counts against the target.
    private async Task<UpstreamFailure?> AttemptAsync(HttpContext http, JobRecord record, Slot place, RoutePolicy route)
    {
        var (planned, start) = (place.Planned, time.GetTimestamp());
        var (failure, outcome) = planned.Calls > 1
            ? await fanOut.RunAsync(http, record, planned, route)
            : await CallAsync(http, record, planned);
        var target = registry.Of(planned.Target);
        target.Record(planned.Target, outcome?.Kind, time.GetElapsedTime(start), place.Taken);
        if (outcome?.Rest is { } rest)
            target.Rest(rest);
        return failure;
    }

    // The failure, if the client has received nothing yet, and the call's outcome for its target; null: success.
    private async Task<(UpstreamFailure? Failure, UpstreamFailure? Outcome)> CallAsync(HttpContext http, JobRecord record, PlannedTarget planned)
    {
        using var call = await calls.AnnounceAsync(record, planned, planned.Dialect.Edits, planned.Dialect.Sent.Count, http);
        var (answer, failure) = await calls.BeginAsync(call, http.Response.BodyWriter);
        if (answer is null)
            return (failure, failure);
        await using (answer)
        {
            Delivery.Describe(http, record, planned);
            try
            {
                return (null, await SendAsync(http, record, call, answer));
            }
            catch (GatewayException e)
            {
                throw new GatewayException(record.Upstream = call.NotKept(answer, e), e); // it is withheld, and there is no room for it
            }
        }
    }

    // The call's outcome for its target; null: success, or the client disconnected.
    private async Task<UpstreamFailure?> SendAsync(HttpContext http, JobRecord record, Call call, Answer answer)
    {
        var end = await Delivery.SendAsync(http, answer, call.Clock, record.Caller.HideTarget, () => CompleteAsync(record, call, answer));
        if (call.HasEnded)
            return null;
        var told = calls.Told(call, answer);
        var lost = end == RelayEnd.UpstreamLost ? told ?? UpstreamFailure.BrokeOff(call.Clock.Error) : told;
        var code = Call.Code(end, lost);
        call.End(answer, end, code);
        record.Upstream = lost is { MayBeBilled: true } ? lost.Error with { IsFinal = true } : lost?.Error; // for jobs that wait for this one
        record.Fail(code, isRefusal: told is { Kind: FailureKind.Refusal });
        if (end == RelayEnd.UpstreamLost && !http.RequestAborted.IsCancellationRequested)
            await Delivery.EndAsync(http, answer.Tap, lost!);
        return lost;
    }

    private static ValueTask CompleteAsync(JobRecord record, Call call, Answer answer)
    {
        call.End(answer, RelayEnd.Complete, code: null);
        record.Complete();
        return record.CloseAsync();
    }

    private static bool MayGoOn(UpstreamFailure failure, RoutePolicy route) => (!failure.MayBeBilled || route.OnTimeout == FailureAction.Next) && failure.Kind switch
    {
        FailureKind.Broken or FailureKind.RateLimited or FailureKind.Account or FailureKind.MayBill => true,
        FailureKind.Refusal => route.OnRefusal == FailureAction.Next,
        _ => false,
    };

    // It said so itself: a guess is no reason to ask again, and a circuit that this failure opened stays open for longer.
    private bool IsSoonBack(UpstreamFailure failure, Target target) =>
        failure is { Kind: FailureKind.RateLimited or FailureKind.Broken, IsAssumed: false, Rest: { } rest } && rest <= ShortRest && !registry.Of(target).Circuit(target).IsOpen;

    // Without a failure no target had capacity: a 429 if one merely has to wait, a 503 if the circuits are open.
    private GatewayError Failed(Plan plan, UpstreamFailure? failure)
    {
        if (failure is not null && (failure.Kind is not (FailureKind.RateLimited or FailureKind.Account) || plan.Targets.Count == 1))
            return failure.Error;
        var wait = room.Earliest(plan.Targets);
        var soon = wait > WaitingRoom.Unknown && wait != TimeSpan.MaxValue ? wait : UnknownRetry;
        if (failure is { Kind: FailureKind.Account })
            return failure.Error with { RetryAfter = soon };
        var open = plan.Targets.All(planned => registry.Of(planned.Target).Load(planned.Target, 1, 1).State is TargetState.Open or TargetState.Drained);
        return open && failure is null
            ? new GatewayError(ErrorKind.NoTargetAvailable, "Every target that could serve this has failed too often; they will be tried again soon.") { RetryAfter = soon }
            : new GatewayError(ErrorKind.RateLimited, "Every target that could serve this is at its rate limit, or rests after a failure. Please try again later.") { RetryAfter = soon };
    }
}
