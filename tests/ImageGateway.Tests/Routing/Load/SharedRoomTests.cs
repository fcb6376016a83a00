using ImageGateway.Routing.Load;

namespace ImageGateway.Tests.Routing.Load;

/// <summary>Where other processes use the same targets.</summary>
public sealed class SharedRoomTests : WaitingRoomTest
{
    // What others took is told when somebody is let in here: he waits on, before all who came after him.
    [Fact]
    public async Task Whom_other_processes_leave_no_room_waits_at_the_head_of_the_queue()
    {
        var (asked, wait) = (0, TimeSpan.FromSeconds(5));
        using var room = new WaitingRoom(TargetRegistry, RunningJobs, Time, (_, _, _) => new(asked++ == 0 ? wait : TimeSpan.Zero));
        var targets = Planned(Busy("azure/a", requests: 6));
        var first = room.EnterAsync("acme", targets, Long, NotAsked, CancellationToken.None).AsTask();
        var second = room.EnterAsync("acme", targets, Long, NotAsked, CancellationToken.None).AsTask();
        Assert.Equal((2, wait, 1), (room.Waiting, room.Shortest(targets), asked));
        Time.Advance(wait - TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, room.Waiting);
        Time.Advance(TimeSpan.FromMilliseconds(3));
        using (await first)
        using (await second)
            Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Whom_other_processes_leave_no_room_in_time_is_told_at_once()
    {
        using var room = new WaitingRoom(TargetRegistry, RunningJobs, Time, static (_, _, _) => new(TimeSpan.FromSeconds(5)));
        var targets = Planned(Busy("azure/a", requests: 6));
        Assert.Null(await room.EnterAsync("acme", targets, TimeSpan.FromSeconds(4), NotAsked, CancellationToken.None));
        Assert.Equal(TimeSpan.FromSeconds(5), room.Shortest(targets));
    }

    [Fact]
    public async Task What_this_process_knows_has_to_do_when_nobody_knows_of_others()
    {
        using var room = new WaitingRoom(TargetRegistry, RunningJobs, Time, static (_, _, _) => new((TimeSpan?)null));
        var targets = Planned(Busy("azure/a", requests: 2));
        for (var i = 0; i < 2; i++)
            Assert.NotNull(await room.EnterAsync("acme", targets, TimeSpan.Zero, NotAsked, CancellationToken.None));
        Assert.Null(await room.EnterAsync("acme", targets, TimeSpan.Zero, NotAsked, CancellationToken.None));
    }

    [Fact]
    public async Task Capacity_is_given_back_when_asking_others_fails()
    {
        var asked = 0;
        using var room = new WaitingRoom(TargetRegistry, RunningJobs, Time, (_, _, _) => asked++ == 0 ? throw new InvalidOperationException() : new(TimeSpan.Zero));
        var targets = Planned(Busy("azure/a", requests: 1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => room.EnterAsync("acme", targets, TimeSpan.Zero, NotAsked, CancellationToken.None).AsTask());
        using var place = await room.EnterAsync("acme", targets, TimeSpan.Zero, NotAsked, CancellationToken.None);
        Assert.NotNull(place);
    }

    [Fact]
    public async Task Target_without_a_limit_of_the_minute_asks_nobody()
    {
        using var room = new WaitingRoom(TargetRegistry, RunningJobs, Time, static (_, _, _) => throw new InvalidOperationException());
        Assert.NotNull(await room.EnterAsync("acme", Planned(Busy("azure/a", concurrent: 1)), TimeSpan.Zero, NotAsked, CancellationToken.None));
    }
}
