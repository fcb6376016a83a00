using System.Diagnostics.CodeAnalysis;
using ImageGateway.Caching;

namespace ImageGateway.Routing.Load;

/// <summary>
/// Admits jobs when there is capacity and queues the others: bounded, round robin by tenant and in order within a tenant, so
/// that one tenant's flood delays another's job by no more than its own turn. If other replicas use the same targets, a job
/// admitted here must also get capacity from their shared count; otherwise it returns to the head of its queue.
/// </summary>
internal sealed class WaitingRoom(TargetRegistry registry, RunningJobs runningJobs, TimeProvider time, SharedRoom? shared = null) : IDisposable
{
    /// <summary>The wait for the end of a call in flight: unknown.</summary>
    public static readonly TimeSpan Unknown = TimeSpan.FromTicks(1);

    private const int MostWaiting = 1000;
    private const int MostWaitingPerTenant = 200;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Tenant, LinkedList<Waiter> Waiters)> _tenants = new();
    // How many wait for each target: every arriving job checks this, and must not have to check all waiters.
    private readonly Dictionary<string, int> _wanted = [];
    private ITimer? _timer;
    private int _waiting;

    /// <summary>Jobs waiting now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>
    /// Capacity at the first of <paramref name="targets"/> that has some; null when none has any within
    /// <paramref name="maxWait"/>, or too many jobs wait already.
    /// </summary>
    /// <param name="tenant">The tenant whose turn it takes.</param>
    /// <param name="targets">The targets, best first.</param>
    /// <param name="maxWait">The longest wait.</param>
    /// <param name="waits">Called when the job starts to wait; an exception from it ends the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GatewayException">The gateway stopped.</exception>
    public ValueTask<Slot?> EnterAsync(string tenant, IReadOnlyList<PlannedTarget> targets, TimeSpan maxWait, Func<Task> waits, CancellationToken cancellationToken) =>
        shared is null ? EnterHereAsync(tenant, targets, maxWait, isBack: false, waits, cancellationToken) : EnterEverywhereAsync(shared, tenant, targets, maxWait, waits, cancellationToken);

    private async ValueTask<Slot?> EnterEverywhereAsync(SharedRoom room, string tenant, IReadOnlyList<PlannedTarget> targets, TimeSpan maxWait, Func<Task> waits, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var isBack = false; ; isBack = true)
        {
            if (await EnterHereAsync(tenant, targets, maxWait - time.GetElapsedTime(start), isBack, waits, cancellationToken) is not { Planned: var planned } place)
                return null;
            if ((planned.Target.RequestsPerMinute ?? planned.Target.ImagesPerMinute) is null)
                return place;
            TimeSpan? wait;
            try
            {
                wait = await room(planned.Target, planned.Calls, planned.Dialect.Sent.Count);
            }
            catch
            {
                place.GiveBack();
                throw;
            }
            if (wait is not { } pause || pause == TimeSpan.Zero)
                return place;
            // In this order: giving the capacity back must not admit the next job, which would be rejected as well.
            registry.Of(planned.Target).Full(pause);
            place.GiveBack();
        }
    }

    private ValueTask<Slot?> EnterHereAsync(string tenant, IReadOnlyList<PlannedTarget> targets, TimeSpan maxWait, bool isBack, Func<Task> waits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter? waiter;
        lock (_lock)
        {
            // A later job must not overtake those that wait for the same target.
            if ((isBack || _waiting == 0 || !Contended(targets)) && TryTake(targets) is { } place)
                return new(place);
            if (Shortest(targets) > maxWait || maxWait <= TimeSpan.Zero || !TryQueue(tenant, targets, time.GetUtcNow() + maxWait, isBack, out waiter))
                return default;
            Arm();
        }
        return new(WaitAsync(waiter, waits, cancellationToken));
    }

    /// <summary>Called when capacity may be free.</summary>
    public void Admit()
    {
        if (Waiting == 0)
            return;
        lock (_lock)
        {
            while (AdmitOne()) { }
            Expire();
            Arm();
        }
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>How long until one of the targets has capacity. One with an open circuit does not lack capacity, and is not waited for.</summary>
    public TimeSpan Shortest(IReadOnlyList<PlannedTarget> targets) => Shortest(targets, static load => load.IsReady || load.State != TargetState.Open);

    /// <summary>How long until one of the targets may be called, be it a trial call.</summary>
    public TimeSpan Earliest(IReadOnlyList<PlannedTarget> targets) => Shortest(targets, static _ => true);

    private TimeSpan Shortest(IReadOnlyList<PlannedTarget> targets, Predicate<TargetLoad> counts)
    {
        var shortest = TimeSpan.MaxValue;
        foreach (var target in targets)
        {
            var load = registry.Of(target.Target).Load(target.Target, target.Calls, target.Dialect.Sent.Count);
            if (load.Wait < shortest && load.State != TargetState.Drained && counts(load))
                shortest = load.Wait;
        }
        return shortest;
    }

    private Task<Slot?> WaitAsync(Waiter waiter, Func<Task> waits, CancellationToken cancellationToken) =>
        runningJobs.WaitAsync(end => AdmissionAsync(waiter, waits, end), cancellationToken);

    private async Task<Slot?> AdmissionAsync(Waiter waiter, Func<Task> waits, CancellationToken cancellationToken)
    {
        try
        {
            await waits();
            var place = await waiter.Admission.Task.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return place;
        }
        catch
        {
            Leave(waiter);
            throw;
        }
    }

    private Slot? TryTake(IReadOnlyList<PlannedTarget> targets)
    {
        foreach (var target in targets)
        {
            var status = registry.Of(target.Target);
            if (status.TryTake(target.Target, target.Calls, target.Dialect.Sent.Count, out var taken))
                return new Slot(target, status, taken, Admit);
        }
        return null;
    }

    private bool Contended(IReadOnlyList<PlannedTarget> targets)
    {
        foreach (var target in targets)
        {
            if (_wanted.ContainsKey(target.Target.Name))
                return true;
        }
        return false;
    }

    private void Count(IReadOnlyList<PlannedTarget> targets, int change)
    {
        _waiting += change;
        foreach (var target in targets)
        {
            var count = _wanted.GetValueOrDefault(target.Target.Name) + change;
            if (count == 0)
                _wanted.Remove(target.Target.Name);
            else
                _wanted[target.Target.Name] = count;
        }
    }

    private bool TryQueue(string tenant, IReadOnlyList<PlannedTarget> targets, DateTimeOffset deadline, bool isBack, [NotNullWhen(true)] out Waiter? waiter)
    {
        waiter = null;
        var queue = _tenants.FirstOrDefault(entry => entry.Tenant == tenant).Waiters;
        if (_waiting >= MostWaiting || queue?.Count >= MostWaitingPerTenant)
            return false;
        waiter = new Waiter(targets, deadline);
        if (queue is null)
            Add(_tenants, (tenant, queue = new LinkedList<Waiter>()), isBack);
        Add(queue, waiter, isBack);
        Count(targets, +1);
        return true;
    }

    private static void Add<T>(LinkedList<T> list, T item, bool isFirst)
    {
        if (isFirst)
            list.AddFirst(item);
        else
            list.AddLast(item);
    }

    // The first tenant in turn with a job that fits; it moves to the end of the turn order.
    private bool AdmitOne()
    {
        for (var tenant = _tenants.First; tenant is not null; tenant = tenant.Next)
        {
            for (var waiter = tenant.Value.Waiters.First; waiter is not null; waiter = waiter.Next)
            {
                if (TryTake(waiter.Value.Targets) is not { } place)
                    continue;
                Remove(tenant, waiter);
                if (tenant.List is not null)
                {
                    _tenants.Remove(tenant);
                    _tenants.AddLast(tenant);
                }
                if (!waiter.Value.Admission.TrySetResult(place))
                    place.GiveBack();
                return true;
            }
        }
        return false;
    }

    private void Expire()
    {
        var now = time.GetUtcNow();
        for (var tenant = _tenants.First; tenant is not null;)
        {
            var next = tenant.Next;
            for (var waiter = tenant.Value.Waiters.First; waiter is not null;)
            {
                var following = waiter.Next;
                // A job that can no longer be served in time is told at once.
                if (waiter.Value.Deadline <= now || Shortest(waiter.Value.Targets) > waiter.Value.Deadline - now)
                {
                    Remove(tenant, waiter);
                    waiter.Value.Admission.TrySetResult(null);
                }
                waiter = following;
            }
            tenant = next;
        }
    }

    private void Leave(Waiter left)
    {
        lock (_lock)
        {
            for (var tenant = _tenants.First; tenant is not null; tenant = tenant.Next)
            {
                if (tenant.Value.Waiters.Find(left) is { } waiter)
                {
                    Remove(tenant, waiter);
                    return;
                }
            }
        }
        // Admitted at the same moment: the capacity is given back.
        if (left.Admission.Task is { IsCompletedSuccessfully: true, Result: { } place })
            place.GiveBack();
    }

    private void Remove(LinkedListNode<(string Tenant, LinkedList<Waiter> Waiters)> tenant, LinkedListNode<Waiter> waiter)
    {
        tenant.Value.Waiters.Remove(waiter);
        Count(waiter.Value.Targets, -1);
        if (tenant.Value.Waiters.Count == 0)
            _tenants.Remove(tenant);
    }

    // Wakes when the next target frees or the next job's deadline passes.
    private void Arm()
    {
        if (_waiting == 0)
            return;
        var (now, soonest) = (time.GetUtcNow(), TimeSpan.MaxValue);
        foreach (var waiter in _tenants.SelectMany(tenant => tenant.Waiters))
        {
            var frees = Shortest(waiter.Targets, static load => load.Wait != Unknown);
            soonest = Min(soonest, Min(frees, waiter.Deadline - now));
        }
        _timer ??= time.CreateTimer(_ => Admit(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // A timer counts whole milliseconds and must not fire early.
        _timer.Change(Min(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(soonest.TotalMilliseconds, 0)) + 1), TimeSpan.FromMinutes(10)), Timeout.InfiniteTimeSpan);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed class Waiter(IReadOnlyList<PlannedTarget> targets, DateTimeOffset deadline)
    {
        public IReadOnlyList<PlannedTarget> Targets => targets;
        public DateTimeOffset Deadline => deadline;
        public TaskCompletionSource<Slot?> Admission { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
