using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Single flight: of identical jobs the first leads and the others follow it. If the leader's providers failed, one follower
/// takes the lead, once; whoever followed that one too gets its failure, as does a client that has some but not all of its
/// final images. A provider's refusal would repeat, so all followers get it. A leader's own failure (its quota, its disconnect)
/// does not concern the others.
/// </summary>
internal sealed class SingleFlight(Flights flights, RemoteFlights remote, IAnswerStore answers, AnswerRecorder recorder, StoredDelivery delivery, TimeProvider time)
{
    /// <summary>Answers the client, from a provider or with another job's response.</summary>
    /// <param name="http">The client's exchange.</param>
    /// <param name="ask">The job, whose response is cached.</param>
    /// <param name="name">The key that identical jobs share.</param>
    /// <param name="keep">Stores the response; the key under which it is stored, null when it could not be stored.</param>
    /// <param name="run">Has a provider answer the job.</param>
    /// <returns>The response, if it could be kept.</returns>
    public async Task<StoredAnswer?> RunAsync(HttpContext http, ReplayAsk ask, string name, Func<StoredAnswer, Task<string?>> keep, Func<HttpContext, Task> run)
    {
        var follower = new Follower(http, ask, delivery, time);
        var job = new Job(ask, name, keep, run);
        try
        {
            for (var hasFailed = false; ;)
            {
                var flight = flights.Join(ask.Partition, name, () => new Flight(recorder.Record(), ask, time), out var following);
                if (following is null)
                    return await LeadAsync(http, job with { HasFailed = hasFailed }, flight, follower);
                var end = await FollowAsync(http, ask.Record, flight, follower, following);
                if (end.Answer is not null || follower.HasAll)
                    return end.Answer;
                if (end.Error is null)
                    return await LeadAsync(http, job, new Flight(recorder.Record(), ask, time), follower);
                if (!end.IsOwn && (hasFailed || end.IsSecond || end.IsRefusal))
                    throw end.Error;
                hasFailed |= !end.IsOwn;
            }
        }
        catch (GatewayException e) when (follower.HasBegun)
        {
            await follower.FailAsync(e.Error);
            return null;
        }
    }

    private static async Task<FlightEnd> FollowAsync(HttpContext http, JobRecord record, Flight flight, Follower follower, IDisposable following)
    {
        using (following)
        {
            if (!follower.HasBegun)
                Replay.Say(http, "coalesced");
            await record.AcceptAsync();
            return await follower.FollowAsync(flight);
        }
    }

    private async Task<StoredAnswer?> LeadAsync(HttpContext http, Job job, Flight flight, Follower follower)
    {
        await using (flight)
            return follower.HasBegun ? await LeadUnseenAsync(http, job, flight, follower) : await DeliverAsync(http, job, await FetchAsync(http, job, flight));
    }

    // A client that has events of a failed leader gets the rest as a follower of its own job.
    private async Task<StoredAnswer?> LeadUnseenAsync(HttpContext http, Job job, Flight flight, Follower follower)
    {
        var shadow = DetachedContext.Of(http);
        shadow.RequestAborted = http.RequestAborted;
        var fetching = FetchAsync(shadow, job, flight);
        try
        {
            if (await follower.FollowAsync(flight) is { Answer: null, Error: null } && !follower.HasAll)
                throw Follower.Torn;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected. The recorder decides whether its job continues.
        }
        finally
        {
            // Until it has ended, it writes into this flight's memory and this job's entry in the ledger.
            await fetching;
        }
        var end = (await fetching).End;
        return end.Error is null ? end.Answer : throw end.Error;
    }

    /// <summary>Leads: takes a response that came meanwhile, here or on another replica, or has one generated; then lands the flight.</summary>
    private async Task<Fetched> FetchAsync(HttpContext http, Job job, Flight flight)
    {
        var end = new FlightEnd(null, new GatewayException(ErrorKind.UpstreamError, "The identical request that this one waited for was abandoned.")) { IsOwn = true };
        try
        {
            await using var claim = await remote.ClaimAsync(job.Ask, job.Name, job.HasFailed, http.RequestAborted);
            if (claim?.Elsewhere is { } elsewhere)
                return new Fetched(end = elsewhere, How.Coalesced);
            if (await answers.FindAsync(job.Ask.Partition, job.Name) is { } answer)
                return new Fetched(end = new FlightEnd(answer), How.Found);
            end = (await MakeAsync(http, job, flight)) with { IsSecond = claim?.HasFailed ?? job.HasFailed };
            if (claim is not null && !end.IsOwn)
                await claim.LandAsync(end);
            return new Fetched(end, How.Made);
        }
        finally
        {
            flights.Land(job.Ask.Partition, job.Name, flight, end);
        }
    }

    private async Task<FlightEnd> MakeAsync(HttpContext http, Job job, Flight flight)
    {
        var record = job.Ask.Record;
        if (!http.Response.HasStarted)
            Replay.Say(http, "miss");
        try
        {
            var answer = await recorder.RunAsync(http, job.Ask, flight.Recording, () => record.Caller.OnDisconnect == DisconnectAction.Finish || flight.Followers > 0, () => job.Run(http));
            var storedAs = answer is null ? null : await job.Keep(answer);
            return record.Status == JobStatus.Completed ? new FlightEnd(answer) { StoredAs = storedAs } : BrokenOff(record, http.RequestAborted.IsCancellationRequested);
        }
        catch (GatewayException e)
        {
            return new FlightEnd(null, e) { IsOwn = record.Upstream is null };
        }
    }

    private static FlightEnd BrokenOff(JobRecord record, bool hasLeft)
    {
        var said = record.Upstream ?? GatewayError.BrokeOff;
        return new FlightEnd(null, new GatewayException(said)) { IsTold = true, IsOwn = hasLeft && record.Upstream is null };
    }

    private async Task<StoredAnswer?> DeliverAsync(HttpContext http, Job job, Fetched fetched)
    {
        var (end, how) = fetched;
        if (how != How.Made)
            Replay.Say(http, how == How.Found ? "hit" : "coalesced");
        if (end.Error is not null && !(how == How.Made && end.IsTold))
            throw end.Error;
        if (how == How.Made || end.Error is not null)
            return end.Answer;
        if (end.Answer is null)
        {
            await using var alone = new Flight(recorder.Record(), job.Ask, time);
            return await DeliverAsync(http, job, new Fetched(await MakeAsync(http, job, alone), How.Made));
        }
        await delivery.SendAsync(http, job.Ask, end.Answer);
        return end.Answer;
    }

    /// <summary>How a leader got its response.</summary>
    private enum How { Made, Found, Coalesced }

    private sealed record Fetched(FlightEnd End, How How);

    /// <summary>A job that leads or follows; <paramref name="HasFailed"/>: it has followed one whose providers failed.</summary>
    private sealed record Job(ReplayAsk Ask, string Name, Func<StoredAnswer, Task<string?>> Keep, Func<HttpContext, Task> Run, bool HasFailed = false);
}
