namespace ImageGateway.Caching;

/// <summary>A claim while its owner works on it: renewed until it is disposed, and free then unless it was settled.</summary>
internal sealed class ClaimHold : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly IClaimStore _claims;
    private readonly string _tenant;
    private readonly string _name;
    private readonly Func<Task>? _missed;
    private readonly Task _renewing;
    private bool _isSettled;

    /// <summary>Holds a claim that was taken.</summary>
    /// <param name="claims">The store.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The name.</param>
    /// <param name="owner">The claim's own id.</param>
    /// <param name="time">The clock.</param>
    /// <param name="missed">Called whenever it could not be renewed: it was ended by another, is gone, or the store does not answer.</param>
    public ClaimHold(IClaimStore claims, string tenant, string name, string owner, TimeProvider time, Func<Task>? missed = null)
    {
        (_claims, _tenant, _name, Owner, _missed) = (claims, tenant, name, owner, missed);
        _renewing = RenewAsync(time);
    }

    public string Owner { get; }

    /// <summary>Ends the claim with an outcome. False: the store does not answer; it may be tried again until the lease is over.</summary>
    public async Task<bool> SettleAsync(string outcome, TimeSpan keep)
    {
        _isSettled = true;
        await StopAsync();
        return await _claims.SettleAsync(_tenant, _name, Owner, outcome, keep);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _end.Dispose();
        if (!_isSettled)
            await _claims.ReleaseAsync(_tenant, _name, Owner);
    }

    private async Task StopAsync()
    {
        await _end.CancelAsync();
        await _renewing;
    }

    // What cannot be renewed now may be the next time.
    private async Task RenewAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(_claims.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                if (!await _claims.RenewAsync(_tenant, _name, Owner) && _missed is not null)
                    await _missed();
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }
}
