using ImageGateway.Caching;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;

namespace ImageGateway.Tests.Routing.Load;

/// <summary>A test of a waiting room, whose clock it sets.</summary>
public abstract class WaitingRoomTest : IDisposable
{
    private protected static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    protected WaitingRoomTest()
    {
        TargetRegistry = new TargetRegistry(Time);
        RunningJobs = new RunningJobs(Time);
        Room = new WaitingRoom(TargetRegistry, RunningJobs, Time);
    }

    private protected ManualTime Time { get; } = new();

    private protected TargetRegistry TargetRegistry { get; }

    private protected RunningJobs RunningJobs { get; }

    private protected WaitingRoom Room { get; }

    public void Dispose()
    {
        Room.Dispose();
        RunningJobs.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static Target Busy(string name, int? requests = null, int? concurrent = null) =>
        Plans.Of(name, "gpt-image-1") with { RequestsPerMinute = requests, Concurrent = concurrent };

    private protected static List<PlannedTarget> Planned(params Target[] targets) => [.. Plans.PlanOf(Plans.Job("gpt-image-1"), Plans.TableOf(targets)).Targets];

    private protected Task<Slot?> EnterAsync(string tenant, IReadOnlyList<PlannedTarget> targets, TimeSpan maxWait) => Room.EnterAsync(tenant, targets, maxWait, NotAsked, CancellationToken.None).AsTask();

    private protected static Task NotAsked() => Task.CompletedTask;
}
