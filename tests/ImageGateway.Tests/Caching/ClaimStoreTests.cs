using ImageGateway.Caching;

namespace ImageGateway.Tests.Caching;

/// <summary>What every store of claims does.</summary>
public abstract class ClaimStoreTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private protected abstract IClaimStore Store { get; }

    [Fact]
    public async Task Name_is_claimed_once_and_the_others_see_by_whom()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => await Store.TakeAsync("acme", "a", new Claim($"{i}", $"tag {i}", null))));
        var winner = Array.IndexOf(all, null);
        Assert.All(all.Where(claim => claim is not null), claim => Assert.Equal(new Claim($"{winner}", $"tag {winner}", null), claim));
        Assert.Single(all, claim => claim is null);
    }

    [Fact]
    public async Task Tenants_and_names_are_apart()
    {
        await Store.TakeAsync("acme", "a", Mine);
        Assert.Null(await Store.TakeAsync("other", "a", Theirs));
        Assert.Null(await Store.TakeAsync("acme", "b", Theirs));
    }

    [Fact]
    public async Task Released_name_is_free_and_only_its_owner_releases_it()
    {
        await Store.TakeAsync("acme", "a", Mine);
        await Store.ReleaseAsync("acme", "a", "them");
        Assert.Equal(Mine, await Store.TakeAsync("acme", "a", Theirs));
        await Store.ReleaseAsync("acme", "a", "me");
        Assert.Null(await Store.TakeAsync("acme", "a", Theirs));
    }

    [Fact]
    public async Task Outcome_is_found_and_stays()
    {
        await Store.TakeAsync("acme", "a", Mine);
        await Store.SettleAsync("acme", "a", "them", "wrong", Hour);
        await Store.SettleAsync("acme", "a", "me", "done", Hour);
        Assert.Equal(Mine with { Outcome = "done" }, await Store.TakeAsync("acme", "a", Theirs));
        await Store.ReleaseAsync("acme", "a", "me");
        Assert.False(await Store.RenewAsync("acme", "a", "me"));
        await Store.SettleAsync("acme", "a", "me", "otherwise", Hour);
        Assert.Equal(Mine with { Outcome = "done" }, await Store.TakeAsync("acme", "a", Theirs));
    }

    [Fact]
    public async Task Claim_is_found_without_being_taken()
    {
        Assert.Null(await Store.FindAsync("acme", "a"));
        await Store.TakeAsync("acme", "a", Mine);
        Assert.Equal(Mine, await Store.FindAsync("acme", "a"));
        Assert.Null(await Store.FindAsync("other", "a"));
        await Store.SettleAsync("acme", "a", "me", "done", Hour);
        Assert.Equal(Mine with { Outcome = "done" }, await Store.FindAsync("acme", "a"));
    }

    [Fact]
    public async Task Ended_claim_is_taken_over_by_one_that_saw_it()
    {
        await Store.TakeAsync("acme", "a", Mine);
        Assert.Equal(Mine, await Store.TakeAsync("acme", "a", Theirs, over: "me"));
        await Store.SettleAsync("acme", "a", "me", "failed", Hour);
        Assert.Equal(Mine with { Outcome = "failed" }, await Store.TakeAsync("acme", "a", Theirs, over: "another"));
        Assert.Null(await Store.TakeAsync("acme", "a", Theirs, over: "me"));
        Assert.Equal(Theirs, await Store.TakeAsync("acme", "a", new Claim("third", "", null), over: "me"));
    }

    [Fact]
    public async Task Settling_says_whether_the_claim_was_lost()
    {
        Assert.False(await Store.SettleAsync("acme", "a", "me", "done", Hour));
        Assert.Null(await Store.FindAsync("acme", "a"));
        await Store.TakeAsync("acme", "a", Mine);
        Assert.True(await Store.SettleAsync("acme", "a", "them", "wrong", Hour));
        Assert.True(await Store.SettleAsync("acme", "a", "me", "done", Hour));
        Assert.True(await Store.SettleAsync("acme", "a", "me", "otherwise", Hour));
    }

    private protected static Claim Mine => new("me", "my tag", null);

    private protected static Claim Theirs => new("them", "their tag", null);
}

public sealed class MemoryClaimStoreTests : ClaimStoreTests
{
    private readonly ManualTime _time = new();

    private protected override IClaimStore Store => field ??= new MemoryClaimStore(_time);

    [Fact]
    public async Task Claim_that_is_not_renewed_ends()
    {
        await Store.TakeAsync("acme", "a", Mine);
        _time.Advance(Store.Lease * 0.9);
        Assert.True(await Store.RenewAsync("acme", "a", "me"));
        _time.Advance(Store.Lease * 0.9);
        Assert.Equal(Mine, await Store.TakeAsync("acme", "a", Theirs));
        _time.Advance(Store.Lease * 0.1);
        Assert.Null(await Store.TakeAsync("acme", "a", Theirs));
        Assert.False(await Store.RenewAsync("acme", "a", "me"));
    }

    [Fact]
    public async Task Outcome_ends_when_its_time_is_over()
    {
        await Store.TakeAsync("acme", "a", Mine);
        await Store.SettleAsync("acme", "a", "me", "done", TimeSpan.FromHours(24));
        _time.Advance(TimeSpan.FromHours(24));
        Assert.Null(await Store.TakeAsync("acme", "a", Theirs));
    }

    [Fact]
    public async Task Oldest_outcomes_go_where_there_are_too_many()
    {
        for (var i = 0; i <= 100_000; i++)
        {
            await Store.TakeAsync("acme", $"{i}", Mine);
            await Store.SettleAsync("acme", $"{i}", "me", "done", TimeSpan.FromHours(24));
        }
        Assert.Null(await Store.TakeAsync("acme", "0", Theirs));
        Assert.NotNull(await Store.TakeAsync("acme", "1", Theirs));
    }
}
