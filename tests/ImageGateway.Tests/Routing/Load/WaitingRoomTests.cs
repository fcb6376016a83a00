using ImageGateway.Providers;
using ImageGateway.Routing.Load;

namespace ImageGateway.Tests.Routing.Load;

public sealed class WaitingRoomTests : WaitingRoomTest
{
    [Fact]
    public async Task Three_targets_of_6_a_minute_serve_18_a_minute()
    {
        var targets = Planned([.. Enumerable.Range(0, 3).Select(i => Busy($"azure/{i}", requests: 6))]);
        var waiting = Enumerable.Range(0, 40).Select(_ => EnterAsync("acme", targets, Long)).ToList();
        List<int> served = [];
        foreach (var seconds in (int[])[0, 30, 29, 2, 57, 4])
        {
            Time.Advance(TimeSpan.FromSeconds(seconds));
            served.Add(waiting.Count - Room.Waiting);
        }
        Assert.Equal([18, 18, 18, 36, 36, 40], served);
        foreach (var entering in waiting)
            (await entering)!.Dispose();
        Assert.Equal(0, Room.Waiting);
    }

    [Fact]
    public async Task First_target_with_room_is_taken()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1), Busy("azure/b", concurrent: 1));
        using var one = await EnterAsync("acme", targets, Long);
        using var two = await EnterAsync("acme", targets, Long);
        Assert.Equal(("azure/a", "azure/b"), (one!.Planned.Target.Name, two!.Planned.Target.Name));
    }

    [Fact]
    public async Task Place_that_is_given_back_admits_the_next()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        var first = (await EnterAsync("acme", targets, Long))!;
        var second = EnterAsync("acme", targets, Long);
        Assert.False(second.IsCompleted);
        first.Dispose();
        first.Dispose();
        var third = EnterAsync("acme", targets, Long);
        using (await second)
            Assert.False(third.IsCompleted);
        using (await third)
            Assert.Equal(0, Room.Waiting);
    }

    // A flood of one tenant delays another's job by one turn.
    [Fact]
    public async Task Tenants_take_turns()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        var place = (await EnterAsync("flood", targets, Long))!;
        var order = new List<string>();
        var waiting = new List<Task>();
        foreach (var tenant in (string[])["flood", "flood", "flood", "acme", "other", "acme"])
            waiting.Add(PassAsync(tenant));
        place.Dispose();
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["flood", "acme", "other", "flood", "acme", "flood"], order);

        async Task PassAsync(string tenant)
        {
            using var own = await EnterAsync(tenant, targets, Long);
            order.Add(tenant);
        }
    }

    [Fact]
    public async Task Who_comes_later_does_not_overtake()
    {
        var targets = Planned(Busy("azure/a", requests: 1));
        (await EnterAsync("acme", targets, Long))!.Dispose();
        var waiting = EnterAsync("acme", targets, Long);
        Assert.False(waiting.IsCompleted);
        var other = EnterAsync("acme", Planned(Busy("azure/free")), Long);
        Assert.True(other.IsCompleted);
        (await other)!.Dispose();
        Time.Advance(TimeSpan.FromSeconds(61));
        (await waiting)!.Dispose();
    }

    [Fact]
    public async Task Target_that_nobody_waits_for_any_more_is_free_to_all()
    {
        var (both, one) = (Planned(Busy("azure/a", concurrent: 1), Busy("azure/b", concurrent: 1)), Planned(Busy("azure/c", concurrent: 1)));
        using var first = await EnterAsync("acme", both, Long);
        using var second = await EnterAsync("acme", both, Long);
        using var other = await EnterAsync("acme", one, Long);
        var (waiting, still) = (EnterAsync("acme", both, Long), EnterAsync("acme", one, Long));
        first!.Dispose();
        (await waiting)!.Dispose();
        Assert.False(still.IsCompleted);
        var later = EnterAsync("acme", both, Long);
        Assert.True(later.IsCompleted);
        (await later)!.Dispose();
    }

    // Every job asks, under the one lock of the room.
    [Fact]
    public async Task Who_comes_for_another_target_does_not_look_at_all_who_wait()
    {
        var busy = Planned([.. Enumerable.Range(0, 50).Select(i => Busy($"azure/{i}", requests: 1))]);
        foreach (var _ in busy)
            (await EnterAsync("acme", busy, Long))!.Dispose();
        var waiting = Enumerable.Range(0, 100).Select(_ => EnterAsync("acme", busy, Long)).ToList();
        var free = Planned([.. Enumerable.Range(0, 50).Select(i => Busy($"openai/{i}"))]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var entering = EnterAsync("acme", free, Long);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
        (await entering)!.Dispose();
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
    }

    [Theory]
    [InlineData(30, false)]
    [InlineData(59, false)]
    [InlineData(60, true)]
    public async Task Job_waits_only_if_a_target_frees_in_time(int maxWait, bool waits)
    {
        var targets = Planned(Busy("azure/a", requests: 1));
        (await EnterAsync("acme", targets, Long))!.Dispose();
        var entering = EnterAsync("acme", targets, TimeSpan.FromSeconds(maxWait));
        Assert.Equal(waits, !entering.IsCompleted);
        Assert.Equal(TimeSpan.FromSeconds(60), Room.Shortest(targets));
        if (!waits)
            Assert.Null(await entering);
    }

    [Fact]
    public async Task Patience_ends_at_the_deadline()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        using var place = await EnterAsync("acme", targets, Long);
        var entering = EnterAsync("acme", targets, TimeSpan.FromSeconds(30));
        Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, Room.Waiting);
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await entering.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(0, Room.Waiting);
    }

    [Fact]
    public async Task One_tenant_cannot_fill_the_room()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        using var place = await EnterAsync("flood", targets, Long);
        var flood = Enumerable.Range(0, 300).Select(_ => EnterAsync("flood", targets, Long)).ToList();
        Assert.Equal(100, flood.Count(entering => entering.IsCompleted));
        Assert.False(EnterAsync("acme", targets, Long).IsCompleted);
    }

    [Fact]
    public async Task Room_is_bounded()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        using var place = await EnterAsync("acme", targets, Long);
        var all = Enumerable.Range(0, 1100).Select(i => EnterAsync($"tenant{i}", targets, Long)).ToList();
        Assert.Equal(1000, Room.Waiting);
        Assert.All(all.Skip(1000), entering => Assert.True(entering is { IsCompleted: true, Result: null }));
    }

    [Fact]
    public async Task Target_that_rests_longer_than_the_patience_is_not_waited_for()
    {
        var targets = Planned(Busy("azure/a"));
        TargetRegistry.Of(targets[0].Target).Rest(TimeSpan.FromSeconds(40));
        Assert.Null(await EnterAsync("acme", targets, TimeSpan.FromSeconds(30)));
        var entering = EnterAsync("acme", targets, TimeSpan.FromSeconds(50));
        Assert.False(entering.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(41));
        (await entering.WaitAsync(TimeSpan.FromSeconds(60)))!.Dispose();
    }

    [Fact]
    public async Task Open_circuit_is_not_waited_for_but_who_waits_anyway_is_admitted_when_its_break_is_over()
    {
        var targets = Planned(Busy("azure/a") with { Circuit = new CircuitOptions { MinimumThroughput = 2, Break = TimeSpan.FromSeconds(15) } }, Busy("azure/b", concurrent: 1));
        for (var i = 0; i < 2; i++)
            TargetRegistry.Of(targets[0].Target).Record(targets[0].Target, FailureKind.Broken, TimeSpan.Zero, Time.Now);
        Assert.Null(await EnterAsync("acme", targets[..1], Long));
        using var busy = await EnterAsync("acme", targets, Long);
        var entering = EnterAsync("acme", targets, Long);
        Assert.False(entering.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(16));
        using var place = await entering.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(("azure/b", "azure/a"), (busy!.Planned.Target.Name, place!.Planned.Target.Name));
    }

    // An operator drains what jobs are waiting for: they are told at once, nothing else happens.
    [Fact]
    public async Task Target_that_is_drained_is_not_waited_for()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        using var place = await EnterAsync("acme", targets, Long);
        var entering = EnterAsync("acme", targets, Long);
        TargetRegistry.Of(targets[0].Target).Drain();
        Room.Admit();
        Assert.Null(await entering.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Null(await EnterAsync("acme", targets, Long));
    }

    // No wake-up is lost, however arrivals, ends and departures fall.
    [Fact]
    public async Task Everyone_is_served_or_told()
    {
        var random = new Random(7);
        var targets = Planned(Busy("azure/a", concurrent: 2), Busy("azure/b", concurrent: 1));
        var jobs = Enumerable.Range(0, 300).Select(i => Task.Run(() => PassAsync($"tenant{i % 5}", i % 7 == 0 ? random.Next(3) : -1))).ToList();
        await Task.WhenAll(jobs).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, Room.Waiting);
        Assert.Equal(TimeSpan.Zero, Room.Shortest(targets));

        async Task PassAsync(string tenant, int patience)
        {
            using var leaving = new CancellationTokenSource();
            if (patience >= 0)
                leaving.CancelAfter(patience);
            try
            {
                using var place = await Room.EnterAsync(tenant, targets, Long, NotAsked, leaving.Token);
                await Task.Yield();
            }
            catch (OperationCanceledException)
            {
                Assert.True(patience >= 0);
            }
        }
    }
}
