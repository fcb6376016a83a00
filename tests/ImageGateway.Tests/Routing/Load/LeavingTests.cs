using ImageGateway.Images;

namespace ImageGateway.Tests.Routing.Load;

/// <summary>Clients that go while they wait.</summary>
public sealed class LeavingTests : WaitingRoomTest
{
    [Fact]
    public async Task Who_leaves_is_forgotten_and_the_room_goes_to_the_next()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        var place = (await EnterAsync("acme", targets, Long))!;
        using var leaving = new CancellationTokenSource();
        var gone = Room.EnterAsync("acme", targets, Long, NotAsked, leaving.Token).AsTask();
        var next = EnterAsync("acme", targets, Long);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(1, Room.Waiting);
        place.Dispose();
        (await next.WaitAsync(TimeSpan.FromSeconds(60)))!.Dispose();
        Assert.Equal(0, Room.Waiting);
    }

    [Fact]
    public async Task Who_waits_when_the_gateway_stops_is_told_so_and_may_try_elsewhere()
    {
        var targets = Planned(Busy("azure/a", concurrent: 1));
        using var place = (await EnterAsync("acme", targets, Long))!;
        var waiting = EnterAsync("acme", targets, Long);
        RunningJobs.End();
        var told = (await Assert.ThrowsAsync<GatewayException>(() => waiting)).Error;
        Assert.Equal((ErrorKind.Stopped, TimeSpan.FromSeconds(1), false, 0), (told.Kind, told.RetryAfter, told.IsFinal, Room.Waiting));
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
            var entering = Room.EnterAsync("acme", targets, Long, NotAsked, leaving.Token).AsTask();
            await Task.WhenAll(Task.Run(place.Dispose), Task.Run(leaving.Cancel));
            try
            {
                (await entering)?.Dispose();
            }
            catch (OperationCanceledException)
            {
                Assert.True(leaving.IsCancellationRequested);
            }
            Assert.Equal(0, Room.Waiting);
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
        var gone = Room.EnterAsync("acme", targets, Long, NotAsked, leaving.Token).AsTask();
        // Callbacks run last in, first out: it is admitted while it leaves.
        await using var admitting = leaving.Token.Register(() => Time.Advance(TimeSpan.FromSeconds(61)));
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
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Room.EnterAsync("acme", targets, Long, NotAsked, new CancellationToken(canceled: true)));
        Assert.True(EnterAsync("acme", targets, Long).IsCompleted);
    }

    [Fact]
    public async Task Who_begins_to_wait_is_asked_first_and_leaves_the_queue_when_that_fails()
    {
        var (targets, asked) = (Planned(Busy("azure/a", concurrent: 1)), 0);
        Task Asked()
        {
            asked++;
            return Task.CompletedTask;
        }

        using (await Room.EnterAsync("acme", targets, Long, Asked, CancellationToken.None))
        {
            Assert.Null(await Room.EnterAsync("acme", targets, TimeSpan.Zero, Asked, CancellationToken.None));
            Assert.Equal(0, asked);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await Room.EnterAsync("acme", targets, Long, () => throw new InvalidOperationException(), CancellationToken.None));
            Assert.Equal(0, Room.Waiting);
            var waiting = Room.EnterAsync("acme", targets, Long, Asked, CancellationToken.None).AsTask();
            Assert.Equal((1, 1, false), (asked, Room.Waiting, waiting.IsCompleted));
            _ = waiting.ContinueWith(static place => place.Result?.Dispose(), TaskScheduler.Default);
        }
        using var last = await Room.EnterAsync("acme", targets, Long, Asked, CancellationToken.None);
        Assert.NotNull(last);
    }
}
