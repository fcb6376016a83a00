using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Flights of other replicas: one process leads at a time, by a claim that ends with it. The others look now and then whether
/// the answer is there, or the claim is free again.
/// </summary>
internal sealed class RemoteFlights(IClaimStore claims, IAnswerStore answers, TimeProvider time)
{
    private const string Stored = "stored";
    private const string Unkept = "unkept";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // Long enough for those that wait to see how it ended.
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(10);

    /// <summary>The claim to lead, or how it ended elsewhere. Null: there are no other replicas, or none can be asked.</summary>
    public async Task<RemoteClaim?> ClaimAsync(ReplayAsk ask, string key, CancellationToken cancellationToken)
    {
        if (!claims.IsShared)
            return null;
        try
        {
            return await WaitAsync(ask, key, cancellationToken);
        }
        catch (GatewayException e) when (e.Error.Kind == ErrorKind.StoreUnavailable)
        {
            return null;
        }
    }

    private async Task<RemoteClaim> WaitAsync(ReplayAsk ask, string key, CancellationToken cancellationToken)
    {
        var partition = ask.Partition;
        var (name, mine) = ($"flight:{key}", new Claim(Guid.NewGuid().ToString("N"), "", null));
        // Of what ended before this one came, it takes the place at once; of what it waited for, after one failure.
        var (over, waited, hasFailed) = ((string?)null, (string?)null, false);
        while (await claims.TakeAsync(partition.Tenant, name, mine, over) is { } there)
        {
            if (there.Outcome is null)
            {
                waited = there.Owner;
                await ask.Record.AcceptAsync();
                await Task.Delay(Look, time, cancellationToken);
                continue;
            }
            if (await EndAsync(partition, key, there.Outcome) is { } end && there.Owner == waited)
            {
                if (end.Error is null || end.IsRefusal || hasFailed)
                    return new RemoteClaim(null, end);
                hasFailed = true;
            }
            over = there.Owner;
        }
        return new RemoteClaim(new ClaimHold(claims, partition.Tenant, name, mine, time), null);
    }

    // Null: it has an answer that is gone already.
    private async Task<FlightEnd?> EndAsync(Partition partition, string key, string outcome) => outcome switch
    {
        Stored => await answers.FindAsync(partition, key) is { } answer ? new FlightEnd(answer) : null,
        Unkept => new FlightEnd(null),
        _ => new FlightEnd(null, Idempotency.Read(outcome)),
    };

    /// <summary>How a flight ended, as others read it.</summary>
    internal static string Outcome(FlightEnd end) => end.Error is { Error: var error } ? Idempotency.Written(error) : end.IsStored ? Stored : Unkept;

    internal static TimeSpan KeepOutcome => Keep;
}

/// <summary>The lead of a flight among replicas, or how it ended elsewhere.</summary>
internal sealed class RemoteClaim(ClaimHold? hold, FlightEnd? elsewhere) : IAsyncDisposable
{
    /// <summary>How it ended; null: the caller leads.</summary>
    public FlightEnd? Elsewhere => elsewhere;

    /// <summary>Tells the others how it ended.</summary>
    public Task LandAsync(FlightEnd end) => hold!.SettleAsync(RemoteFlights.Outcome(end), RemoteFlights.KeepOutcome);

    public ValueTask DisposeAsync() => hold?.DisposeAsync() ?? default;
}
