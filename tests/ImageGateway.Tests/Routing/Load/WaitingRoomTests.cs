using ImageGateway.Routing;
using ImageGateway.Routing.Load;

namespace ImageGateway.Tests.Routing.Load;

public sealed class WaitingRoomTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private readonly ManualTime _time = new();
    private readonly Fleet _fleet;
    private readonly WaitingRoom _room;

    public WaitingRoomTests()
    {
        _fleet = new Fleet(_time);
        _room = new WaitingRoom(_fleet, _time);
    }

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task Three_targets_of_6_a_minute_serve_18_a_minute()
    {
        var targets = Planned([.. Enumerable.Range(0, 3).Select(i => Busy($"azure/{i}", requests: 6))]);
        var waiting = Enumerable.Range(0, 40).Select(_ => EnterAsync("acme", targets, Long)).ToList();
        List<int> served = [];
        foreach (var seconds in (int[])[0, 30, 29, 2, 57, 4])
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            served.Add(waiting.Count - _room.Waiting);
        }
        Assert.Equal([18, 18, 18, 36, 36, 40], served);
        foreach (var entering in waiting)
            (await entering)!.Dispose();
        Assert.Equal(0, _room.Waiting);
    }

    [Fact]
    public async Task First_target_with_room_is_taken()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1), Busy("azure/b", concurrent: 1));
        using var one = await EnterAsync("acme", targets, Long);
        using var two = await EnterAsync("acme", targets, Long);
        Assert.Equal(("azure/a", "azure/b"), (one!.Planned.Target.Name, two!.Planned.Target.Name));
    }

    // What others took is told when somebody is let in here: he waits on, before all who came after him.
    [Fact]
    public async Task Whom_other_processes_leave_no_room_waits_at_the_head_of_the_queue()
    {
        var (asked, wait) = (0, TimeSpan.FromSeconds(5));
        using var room = new WaitingRoom(_fleet, _time, (_, _, _) => new(asked++ == 0 ? wait : TimeSpan.Zero));
        var targets = Planned(Busy("azure/a", requests: 6));
        var first = room.EnterAsync("acme", targets, Long, NotAsked, CancellationToken.None).AsTask();
        var second = room.EnterAsync("acme", targets, Long, NotAsked, CancellationToken.None).AsTask();
        Assert.Equal((2, wait, 1), (room.Waiting, room.Shortest(targets), asked));
        _time.Advance(wait - TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, room.Waiting);
        _time.Advance(TimeSpan.FromMilliseconds(3));
        using (await first)
        using (await second)
            Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Whom_other_processes_leave_no_room_in_time_is_told_at_once()
    {
        using var room = new WaitingRoom(_fleet, _time, static (_, _, _) => new(TimeSpan.FromSeconds(5)));
        var targets = Planned(Busy("azure/a", requests: 6));
        Assert.Null(await room.EnterAsync("acme", targets, TimeSpan.FromSeconds(4), NotAsked, CancellationToken.None));
        Assert.Equal(TimeSpan.FromSeconds(5), room.Shortest(targets));
    }

    [Fact]
    public async Task What_this_process_knows_has_to_do_when_nobody_knows_of_others()
    {
        using var room = new WaitingRoom(_fleet, _time, static (_, _, _) => new((TimeSpan?)null));
        var targets = Planned(Busy("azure/a", requests: 2));
        for (var i = 0; i < 2; i++)
            Assert.NotNull(await room.EnterAsync("acme", targets, TimeSpan.Zero, NotAsked, CancellationToken.None));
        Assert.Null(await room.EnterAsync("acme", targets, TimeSpan.Zero, NotAsked, CancellationToken.None));
    }

    [Fact]
    public async Task Target_without_a_limit_of_the_minute_asks_nobody()
    {
        using var room = new WaitingRoom(_fleet, _time, static (_, _, _) => throw new InvalidOperationException());
        Assert.NotNull(await room.EnterAsync("acme", Planned(Busy("azure/a", concurrent: 1)), TimeSpan.Zero, NotAsked, CancellationToken.None));
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
            Assert.Equal(0, _room.Waiting);
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
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(10));
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
        _time.Advance(TimeSpan.FromSeconds(61));
        (await waiting)!.Dispose();
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
        Assert.Equal(TimeSpan.FromSeconds(60), _room.Shortest(targets));
        if (!waits)
            Assert.Null(await entering);
    }

    [Fact]
    public async Task Patience_ends_at_the_deadline()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        using var place = await EnterAsync("acme", targets, Long);
        var entering = EnterAsync("acme", targets, TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, _room.Waiting);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await entering.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, _room.Waiting);
    }

    [Fact]
    public async Task Who_leaves_is_forgotten_and_the_room_goes_to_the_next()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        var place = (await EnterAsync("acme", targets, Long))!;
        using var leaving = new CancellationTokenSource();
        var gone = _room.EnterAsync("acme", targets, Long, NotAsked, leaving.Token).AsTask();
        var next = EnterAsync("acme", targets, Long);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(1, _room.Waiting);
        place.Dispose();
        (await next.WaitAsync(TimeSpan.FromSeconds(10)))!.Dispose();
        Assert.Equal(0, _room.Waiting);
    }

    // Whoever wins the race, the room must not be lost.
    [Fact]
    public async Task Leaving_at_the_moment_of_admission_gives_the_room_back()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        for (var i = 0; i < 200; i++)
        {
            var place = (await EnterAsync("acme", targets, Long))!;
            using var leaving = new CancellationTokenSource();
            var entering = _room.EnterAsync("acme", targets, Long, NotAsked, leaving.Token).AsTask();
            await Task.WhenAll(Task.Run(place.Dispose), Task.Run(leaving.Cancel));
            try
            {
                (await entering)?.Dispose();
            }
            catch (OperationCanceledException)
            {
                Assert.True(leaving.IsCancellationRequested);
            }
            Assert.Equal(0, _room.Waiting);
            var after = EnterAsync("acme", targets, Long);
            Assert.True(after.IsCompleted, $"round {i}: not free again");
            (await after)!.Dispose();
        }
    }

    // No call was made for it: the minute has not begun.
    [Fact]
    public async Task Room_of_a_client_that_left_on_admission_counts_in_no_minute()
    {
        var targets = Planned(Busy("azure/a", requests: 1));
        (await EnterAsync("acme", targets, Long))!.Dispose();
        using var leaving = new CancellationTokenSource();
        var gone = _room.EnterAsync("acme", targets, Long, NotAsked, leaving.Token).AsTask();
        // Callbacks run last in, first out: it is admitted while it leaves.
        await using var admitting = leaving.Token.Register(() => _time.Advance(TimeSpan.FromSeconds(61)));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        var next = EnterAsync("acme", targets, Long);
        Assert.True(next.IsCompleted);
        (await next)!.Dispose();
        Assert.False(EnterAsync("acme", targets, Long).IsCompleted);
    }

    [Fact]
    public async Task Client_that_is_gone_takes_no_room()
    {
        var targets = Planned(Busy("azure/a", requests: 1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _room.EnterAsync("acme", targets, Long, NotAsked, new CancellationToken(canceled: true)));
        Assert.True(EnterAsync("acme", targets, Long).IsCompleted);
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
        Assert.Equal(1000, _room.Waiting);
        Assert.All(all.Skip(1000), entering => Assert.True(entering is { IsCompleted: true, Result: null }));
    }

    [Fact]
    public async Task Target_that_rests_longer_than_the_patience_is_not_waited_for()
    {
        var targets = Planned(Busy("azure/a"));
        _fleet.Of(targets[0].Target).Rest(TimeSpan.FromSeconds(40));
        Assert.Null(await EnterAsync("acme", targets, TimeSpan.FromSeconds(30)));
        var entering = EnterAsync("acme", targets, TimeSpan.FromSeconds(50));
        Assert.False(entering.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(41));
        (await entering.WaitAsync(TimeSpan.FromSeconds(10)))!.Dispose();
    }

    // An operator drains what jobs are waiting for: they are told at once, nothing else happens.
    [Fact]
    public async Task Target_that_is_drained_is_not_waited_for()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        using var place = await EnterAsync("acme", targets, Long);
        var entering = EnterAsync("acme", targets, Long);
        _fleet.Of(targets[0].Target).Drain();
        _room.Admit();
        Assert.Null(await entering.WaitAsync(TimeSpan.FromSeconds(10)));
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
        Assert.Equal(0, _room.Waiting);
        Assert.Equal(TimeSpan.Zero, _room.Shortest(targets));

        async Task PassAsync(string tenant, int patience)
        {
            using var leaving = new CancellationTokenSource();
            if (patience >= 0)
                leaving.CancelAfter(patience);
            try
            {
                using var place = await _room.EnterAsync(tenant, targets, Long, NotAsked, leaving.Token);
                await Task.Yield();
            }
            catch (OperationCanceledException)
            {
                Assert.True(patience >= 0);
            }
        }
    }

    private static Target Busy(string name, int? requests = null, int? concurrent = null) =>
        Plans.Of(name, "gpt-image-1") with { RequestsPerMinute = requests, Concurrent = concurrent };

    private static List<PlannedTarget> Planned(params Target[] targets) => [.. Plans.PlanOf(Plans.Job("gpt-image-1"), Plans.TableOf(targets)).Targets];

    [Fact]
    public async Task Who_begins_to_wait_is_asked_first_and_leaves_the_queue_when_that_fails()
    {
        var (targets, asked) = (Planned(Busy("azure/a", concurrent: 1)), 0);
        Task Asked()
        {
            asked++;
            return Task.CompletedTask;
        }

        using (await _room.EnterAsync("acme", targets, Long, Asked, CancellationToken.None))
        {
            Assert.Null(await _room.EnterAsync("acme", targets, TimeSpan.Zero, Asked, CancellationToken.None));
            Assert.Equal(0, asked);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await _room.EnterAsync("acme", targets, Long, () => throw new InvalidOperationException(), CancellationToken.None));
            Assert.Equal(0, _room.Waiting);
            var waiting = _room.EnterAsync("acme", targets, Long, Asked, CancellationToken.None).AsTask();
            Assert.Equal((1, 1, false), (asked, _room.Waiting, waiting.IsCompleted));
            _ = waiting.ContinueWith(static place => place.Result?.Dispose(), TaskScheduler.Default);
        }
        using var last = await _room.EnterAsync("acme", targets, Long, Asked, CancellationToken.None);
        Assert.NotNull(last);
    }

    private static Task NotAsked() => Task.CompletedTask;

    private Task<Place?> EnterAsync(string tenant, IReadOnlyList<PlannedTarget> targets, TimeSpan maxWait) => _room.EnterAsync(tenant, targets, maxWait, NotAsked, CancellationToken.None).AsTask();
}
