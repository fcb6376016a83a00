using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Single flight across replicas: one process leads at a time, by a claim that ends with it. The others poll until the response
/// is there or the claim is free again.
/// </summary>
internal sealed class RemoteFlights(IClaimStore claims, IAnswerStore answers, RunningJobs runningJobs, TimeProvider time)
{
    private const string Stored = "stored";

    // It is not stored, or stored under another model's key, which is looked up first.
    private const string Unkept = "unkept";

    // The tag of a flight that follows a failed one.
    private const string Second = "second";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // Long enough for waiting replicas to see the outcome.
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The claim to lead, or how the flight ended on another replica. Null: there are no other replicas, or the store does not
    /// answer.
    /// </summary>
    /// <param name="ask">The job.</param>
    /// <param name="key">The key that identical jobs share.</param>
    /// <param name="hasFailed">Whether the providers have failed once already while it waited.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GatewayException">The gateway stopped.</exception>
    public async Task<RemoteClaim?> ClaimAsync(ReplayAsk ask, string key, bool hasFailed, CancellationToken cancellationToken)
    {
        if (!claims.IsShared)
            return null;
        try
        {
            return await runningJobs.WaitAsync(end => WaitAsync(ask, key, hasFailed, end), cancellationToken);
        }
        catch (GatewayException e) when (e.Error.Kind == ErrorKind.StoreUnavailable)
        {
            return null;
        }
    }

    private async Task<RemoteClaim> WaitAsync(ReplayAsk ask, string key, bool hasFailed, CancellationToken cancellationToken)
    {
        var partition = ask.Partition;
        var (name, owner) = ($"flight:{key}", Guid.NewGuid().ToString("N"));
        // A flight that ended before this job arrived is replaced at once; one that it waited for, after one failure.
        var (over, waited) = ((string?)null, (string?)null);
        while (await claims.TakeAsync(partition.Tenant, name, Mine(), over) is { } there)
        {
            if (there.Outcome is null)
            {
                // The first may have failed and been replaced between two looks.
                (waited, hasFailed) = (there.Owner, hasFailed || there.Tag == Second);
                await ask.Record.AcceptAsync();
                await Task.Delay(Look, time, cancellationToken);
                continue;
            }
            if (there.Owner == waited && await EndAsync(ask, key, there) is { } end)
            {
                if (end.Error is null || end.IsRefusal || hasFailed)
                    return new RemoteClaim(null, end with { IsSecond = hasFailed }, null);
                hasFailed = true;
            }
            over = there.Owner;
        }
        var hold = new ClaimHold(claims, partition.Tenant, name, Mine(), time);
        return new RemoteClaim(hold, null, end => TellAsync(partition.Tenant, key, hold, end)) { HasFailed = hasFailed };

        Claim Mine() => new(owner, hasFailed ? Second : "", null);
    }

    // Null: the flight's response is already gone.
    private async Task<FlightEnd?> EndAsync(ReplayAsk ask, string key, Claim there) => there.Outcome switch
    {
        Stored => await answers.FindAsync(ask.Partition, key) is { } answer ? new FlightEnd(answer) : null,
        Unkept => new FlightEnd(await FallbackAsync(ask, there.Owner)),
        { } error => new FlightEnd(null, Idempotency.Read(error)),
        null => null,
    };

    // The image of another model, if this job accepts it.
    private async Task<StoredAnswer?> FallbackAsync(ReplayAsk ask, string owner) =>
        await claims.FindAsync(ask.Partition.Tenant, Place(owner)) is { Tag: var key } && ask.Takes(key) ? await answers.FindAsync(ask.Partition, key) : null;

    private async Task TellAsync(string tenant, string key, ClaimHold hold, FlightEnd end)
    {
        if (end.StoredAs is { } place && place != key)
            await PointAsync(tenant, hold.Owner, place);
        await hold.SettleAsync(Outcome(end, key), Keep);
    }

    // Told by a second claim that outlives the flight's outcome, not by a new outcome: replicas of an older version could not
    // read it.
    private async Task PointAsync(string tenant, string owner, string place)
    {
        try
        {
            await claims.TakeAsync(tenant, Place(owner), new Claim(owner, place, null));
        }
        catch (GatewayException)
        {
            // The other replicas then call a provider themselves.
        }
    }

    private static string Place(string owner) => $"flight-place:{owner}";

    /// <summary>How a flight ended, as others read it.</summary>
    internal static string Outcome(FlightEnd end, string key) => end.Error is { Error: var error } ? Idempotency.Written(error) : end.StoredAs == key ? Stored : Unkept;
}

/// <summary>The lead of a flight among replicas, or how it ended on another one.</summary>
internal sealed class RemoteClaim(ClaimHold? hold, FlightEnd? elsewhere, Func<FlightEnd, Task>? tell) : IAsyncDisposable
{
    /// <summary>How it ended; null: the caller leads.</summary>
    public FlightEnd? Elsewhere => elsewhere;

    /// <summary>Whether the providers have failed once already while it waited for the lead.</summary>
    public bool HasFailed { get; init; }

    /// <summary>Publishes how it ended.</summary>
    public Task LandAsync(FlightEnd end) => tell!(end);

    public ValueTask DisposeAsync() => hold?.DisposeAsync() ?? default;
}
