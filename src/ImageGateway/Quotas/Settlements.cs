using System.Collections.Concurrent;

namespace ImageGateway.Quotas;

/// <summary>
/// Settlements that go on beside the connections of their jobs: a client's next request does not wait for the last one's
/// entry, and entries are written many at a time. Who is refused for want of what others hold, or looks at a tenant's limits,
/// has those of the tenant done first (<see cref="CompleteAsync"/>), so that a client that asks one after the other does not
/// meet its own last job. What waits for the ledger is bounded by the ledger's room, what waits for the store by its time.
/// </summary>
/// <param name="hurry">Has the ledger write what it gathers.</param>
/// <param name="log">The log.</param>
internal sealed partial class Settlements(Action hurry, ILogger<Settlements> log)
{
    // A ledger or a store that does not answer must not hold up who only looks.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Of each tenant the latest one, which is over when all before it are; bounded by the number of tenants.
    private readonly ConcurrentDictionary<string, Task> _latest = new();
    private int _count;

    /// <summary>Those that go on now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Lets one go on. How it fails is logged.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="settlement">What is waited for and then done.</param>
    public void Begin(string tenant, Func<Task> settlement)
    {
        Interlocked.Increment(ref _count);
        var task = RunAsync(settlement);
        if (!task.IsCompleted)
            _ = _latest.AddOrUpdate(tenant, static (_, task) => task, static (_, before, task) => before.IsCompleted ? task : Task.WhenAll(before, task), task);
    }

    /// <summary>What completes when the tenant's settlements that have begun are over.</summary>
    public Task Of(string tenant) => _latest.GetValueOrDefault(tenant, Task.CompletedTask);

    /// <summary>Waits for settlements that are not over, for a second at most.</summary>
    public async ValueTask CompleteAsync(Task unsettled)
    {
        if (unsettled.IsCompleted)
            return;
        hurry();
        await unsettled.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(Func<Task> settlement)
    {
        try
        {
            await settlement();
        }
        catch (Exception e)
        {
            LogFailed(e);
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A job could not be settled, and holds its worst case until its counters are built again, or audited")]
    private partial void LogFailed(Exception exception);
}
