using System.Collections.Concurrent;

namespace ImageGateway.Quotas;

/// <summary>
/// Settlements that run in the background, so that a client's next request does not wait for its last job's entry, and entries
/// are written in batches. A job refused because of others' reservations, and a reader of a tenant's limits, first wait for the
/// tenant's settlements (<see cref="CompleteAsync"/>), so that a sequential client is not refused because of its own last job.
/// Waiting for the ledger is bounded by its queue, waiting for the store by a timeout.
/// </summary>
/// <param name="hurry">Has the ledger write its gathered entries at once.</param>
/// <param name="log">The log.</param>
internal sealed partial class Settlements(Action hurry, ILogger<Settlements> log)
{
    // An unresponsive ledger or store must not delay readers for long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Each tenant's latest settlement, which completes after all before it; bounded by the number of tenants.
    private readonly ConcurrentDictionary<string, Task> _latest = new();
    private int _count;

    /// <summary>Settlements in progress.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Starts one. Its failure is logged.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="settlement">Waits for the entry, then settles.</param>
    public void Begin(string tenant, Func<Task> settlement)
    {
        Interlocked.Increment(ref _count);
        var task = RunAsync(settlement);
        if (!task.IsCompleted)
            _ = _latest.AddOrUpdate(tenant, static (_, task) => task, static (_, before, task) => before.IsCompleted ? task : Task.WhenAll(before, task), task);
    }

    /// <summary>A task that completes when the tenant's settlements started so far are over.</summary>
    public Task Of(string tenant) => _latest.GetValueOrDefault(tenant, Task.CompletedTask);

    /// <summary>Waits for settlements in progress, for a second at most.</summary>
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

    [LoggerMessage(Level = LogLevel.Error, Message = "A job could not be settled; its worst case stays reserved until its counters are rebuilt or audited")]
    private partial void LogFailed(Exception exception);
}
