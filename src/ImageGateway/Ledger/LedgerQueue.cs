using System.Collections.Concurrent;

namespace ImageGateway.Ledger;

/// <summary>A queued record. With null work, a caller waits until everything before it is written.</summary>
/// <param name="work">The record.</param>
/// <param name="since">When it was queued.</param>
internal sealed class LedgerItem(LedgerWork? work, long since)
{
    public LedgerWork? Work => work;

    public long Since => since;

    public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// The writer's bounded queue. Urgent items can be taken at once: intents, and callers waiting for everything before them.
/// Entries of finished jobs are taken at most every 50 ms, so that many share the cost of a commit; until they are written,
/// their intents cover them.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class LedgerQueue(TimeProvider time) : IDisposable
{
    private const int Capacity = 4096;
    private const int MaxBatch = 1024;

    // Entries lost in a crash are charged at their worst case.
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentQueue<LedgerItem> _awaited = new();
    private readonly ConcurrentQueue<LedgerItem> _gathering = new();
    private readonly SemaphoreSlim _room = new(Capacity);

    // Without spinning: there is nothing to do meanwhile, and requests need the processors.
    private readonly ManualResetEventSlim _ready = new(false, spinCount: 0);

    // At least the number in the queue: incremented before adding and decremented after removing.
    private int _gathered;

    private bool _isHurried;

    // When gathered entries were last taken: after a pause, an entry is due at once.
    private long _takenAt = time.GetTimestamp() - time.TimestampFrequency;

    /// <summary>Items that wait, and items that were taken and not yet released.</summary>
    public int Count => Capacity - _room.CurrentCount;

    public bool IsFull => _room.CurrentCount == 0;

    /// <summary>True when a caller waits for an item.</summary>
    public bool IsAwaited => !_awaited.IsEmpty;

    /// <summary>How long the oldest item has been waiting.</summary>
    public TimeSpan Age => AgeOf(_awaited) is var awaited && AgeOf(_gathering) is var gathering && awaited > gathering ? awaited : gathering;

    /// <summary>Waits for room for one more item.</summary>
    public ValueTask MakeRoomAsync() => _room.Wait(0) ? ValueTask.CompletedTask : new ValueTask(_room.WaitAsync());

    /// <summary>Gives back the room of items that are done.</summary>
    public void Release(int count) => _room.Release(count);

    /// <summary>Adds an item that a caller waits for. There must be room for it.</summary>
    public void Add(LedgerItem item)
    {
        _awaited.Enqueue(item);
        _ready.Set();
    }

    /// <summary>Adds an entry that is not urgent. There must be room for it.</summary>
    public void Gather(LedgerItem item)
    {
        // The first entry wakes the writer, which then wakes by itself when the entries are due.
        var isFirst = Interlocked.Increment(ref _gathered) == 1;
        _gathering.Enqueue(item);
        if (isFirst)
            _ready.Set();
    }

    /// <summary>Makes gathered entries due now.</summary>
    public void Hurry()
    {
        Volatile.Write(ref _isHurried, true);
        _ready.Set();
    }

    /// <summary>Ends the wait.</summary>
    public void Wake() => _ready.Set();

    /// <summary>Waits until an item arrives or gathered entries are due; false when nothing came.</summary>
    /// <param name="patience">The longest wait.</param>
    public bool Wait(TimeSpan patience)
    {
        var comes = _ready.Wait(Volatile.Read(ref _gathered) > 0 ? Due(ShortestWait) : patience);
        _ready.Reset();
        return comes;
    }

    /// <summary>Takes the items that callers wait for, and gathered entries when they are due.</summary>
    /// <param name="batch">Receives them.</param>
    /// <param name="all">Whether gathered entries are due in any case.</param>
    public void Take(List<LedgerItem> batch, bool all)
    {
        var isDue = Interlocked.Exchange(ref _isHurried, false) || all || Volatile.Read(ref _gathered) >= MaxBatch || Due(TimeSpan.Zero) == TimeSpan.Zero;
        for (var i = 0; i < MaxBatch && _awaited.TryDequeue(out var item); i++)
        {
            batch.Add(item);
            // A caller waiting for an entry, or for everything before it, also waits for gathered entries.
            isDue |= item.Work?.Intent is null;
        }
        // All of them: a caller waiting for everything before it must not be released too early.
        while (isDue && _gathering.TryDequeue(out var item))
        {
            batch.Add(item);
            Interlocked.Decrement(ref _gathered);
            _takenAt = time.GetTimestamp();
        }
    }

    public void Dispose()
    {
        _room.Dispose();
        _ready.Dispose();
    }

    // The time until gathered entries are due.
    private TimeSpan Due(TimeSpan least) => GatherTime - time.GetElapsedTime(_takenAt) is var left && left > least ? left : least;

    private TimeSpan AgeOf(ConcurrentQueue<LedgerItem> queue) => queue.TryPeek(out var next) ? time.GetElapsedTime(next.Since) : TimeSpan.Zero;
}
