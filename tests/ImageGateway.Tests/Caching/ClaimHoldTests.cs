using ImageGateway.Caching;

namespace ImageGateway.Tests.Caching;

/// <summary>A claim whose store loses it while its owner works.</summary>
public sealed class ClaimHoldTests
{
    private static readonly Claim Mine = new("me", "my tag", null);

    private readonly ManualTime _time = new();
    private readonly MemoryClaimStore _claims;

    public ClaimHoldTests() => _claims = new MemoryClaimStore(_time);

    [Fact]
    public async Task Claim_that_the_store_has_lost_is_taken_again()
    {
        await using var hold = await HoldAsync();
        await LoseAsync();
        _time.Advance(_claims.Lease / 3);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (; await FindAsync() != Mine; await Task.Yield())
            patience.Token.ThrowIfCancellationRequested();
    }

    [Fact]
    public async Task Lost_claim_of_somebody_elses_is_left_to_them()
    {
        await using var hold = await HoldAsync();
        await LoseAsync();
        var theirs = new Claim("them", "their tag", null);
        await _claims.TakeAsync("acme", "a", theirs);
        Assert.True(await hold.SettleAsync("done", TimeSpan.FromHours(1)));
        Assert.Equal(theirs, await FindAsync());
    }

    [Fact]
    public async Task Claim_that_was_lost_before_its_end_is_settled_all_the_same()
    {
        await using var hold = await HoldAsync();
        await LoseAsync();
        Assert.True(await hold.SettleAsync("done", TimeSpan.FromHours(1)));
        Assert.Equal(Mine with { Outcome = "done" }, await FindAsync());
    }

    private async Task<ClaimHold> HoldAsync()
    {
        await _claims.TakeAsync("acme", "a", Mine);
        return new ClaimHold(_claims, "acme", "a", Mine, _time);
    }

    private ValueTask LoseAsync() => _claims.ReleaseAsync("acme", "a", "me");

    private ValueTask<Claim?> FindAsync() => _claims.FindAsync("acme", "a");
}
