using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// A claim while its owner works on it: renewed until it is disposed, taken again if the store lost it, and finally released
/// unless it was settled.
/// </summary>
internal sealed class ClaimHold : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly IClaimStore _claims;
    private readonly string _tenant;
    private readonly string _name;
    private readonly Claim _claim;
    private readonly Func<Task> _missed;
    private readonly Task _renewing;
    private bool _isSettled;

    /// <summary>Holds a claim that was taken.</summary>
    /// <param name="claims">The store.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="name">The name.</param>
    /// <param name="claim">The claim.</param>
    /// <param name="time">The clock.</param>
    /// <param name="missed">Called whenever it could not be renewed: another ended it, it is gone, or the store does not
    /// answer. Null: it is taken again when it is gone.</param>
    public ClaimHold(IClaimStore claims, string tenant, string name, Claim claim, TimeProvider time, Func<Task>? missed = null)
    {
        (_claims, _tenant, _name, _claim, _missed) = (claims, tenant, name, claim, missed ?? TakeAgainAsync);
        _renewing = RenewAsync(time);
    }

    public string Owner => _claim.Owner;

    /// <summary>Ends the claim with an outcome. False: the store does not answer; the caller may retry until the lease ends.</summary>
    public async Task<bool> SettleAsync(string outcome, TimeSpan keep)
    {
        _isSettled = true;
        await StopAsync();
        if (await _claims.SettleAsync(_tenant, _name, Owner, outcome, keep))
            return true;
        await _missed(); // and once more, in case it was lost
        return await _claims.SettleAsync(_tenant, _name, Owner, outcome, keep);
    }

    /// <summary>True when another owner has taken the claim meanwhile, since this process did not renew it in time.</summary>
    public async Task<bool> IsLostAsync()
    {
        try
        {
            return await _claims.FindAsync(_tenant, _name) is { } there && there.Owner != Owner;
        }
        catch (GatewayException)
        {
            return false; // the store does not answer: it cannot be told
        }
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

    // A failed renewal may succeed the next time.
    private async Task RenewAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(_claims.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                if (!await _claims.RenewAsync(_tenant, _name, Owner))
                    await _missed();
            }
        }
        catch (OperationCanceledException)
        {
            // The claim is over.
        }
    }

    // A claim that another owner has taken meanwhile stays theirs.
    private async Task TakeAgainAsync()
    {
        try
        {
            if (await _claims.FindAsync(_tenant, _name) is null)
                await _claims.TakeAsync(_tenant, _name, _claim);
        }
        catch (GatewayException)
        {
            // Retried later.
        }
    }
}
