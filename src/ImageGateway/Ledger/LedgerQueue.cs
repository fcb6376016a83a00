using System.Collections.Concurrent;

namespace ImageGateway.Ledger;

/// <summary>What waits to be written. Null work: somebody waits until all that came before is.</summary>
/// <param name="work">What is written.</param>
/// <param name="since">When it was queued.</param>
internal sealed class LedgerItem(LedgerWork? work, long since)
{
    public LedgerWork? Work => work;

    public long Since => since;

    public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// The writer's queue, bounded. What is urgent is there to be taken at once: intents, and who waits for all before. Entries of
/// jobs that are over are taken at most every 50 ms, so that many share the cost of a commit; until they are written, their intents stand for them.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class LedgerQueue(TimeProvider time) : IDisposable
{
    private const int Capacity = 4096;
    private const int MaxBatch = 1024;

    // What a crash loses of it is charged at its worst case.
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentQueue<LedgerItem> _awaited = new();
    private readonly ConcurrentQueue<LedgerItem> _gathering = new();
    private readonly SemaphoreSlim _room = new(Capacity);

    // Not spinning: there is nothing to read meanwhile, and the processors are the requests'.
    private readonly ManualResetEventSlim _ready = new(false, spinCount: 0);

    // At least as many as there are in the queue: counted before they come and after they went.
    private int _gathered;

    private bool _isHurried;

    // When what gathered was taken last: after a pause an entry is due at once.
    private long _takenAt = time.GetTimestamp() - time.TimestampFrequency;

    /// <summary>What waits, and what was taken and is not released yet.</summary>
    public int Count => Capacity - _room.CurrentCount;

    public bool IsFull => _room.CurrentCount == 0;

    /// <summary>True when there is something that somebody waits for.</summary>
    public bool IsAwaited => !_awaited.IsEmpty;

    /// <summary>How long the oldest has been waiting.</summary>
    public TimeSpan Age => AgeOf(_awaited) is var awaited && AgeOf(_gathering) is var gathering && awaited > gathering ? awaited : gathering;

    /// <summary>Waits for room for one more.</summary>
    public ValueTask MakeRoomAsync() => _room.Wait(0) ? ValueTask.CompletedTask : new ValueTask(_room.WaitAsync());

    /// <summary>Gives room back, of what was taken and is done with.</summary>
    public void Release(int count) => _room.Release(count);

    /// <summary>Adds what somebody waits for. There must be room for it.</summary>
    public void Add(LedgerItem item)
    {
        _awaited.Enqueue(item);
        _ready.Set();
    }

    /// <summary>Adds an entry that is not urgent. There must be room for it.</summary>
    public void Gather(LedgerItem item)
    {
        // The first one wakes the writer, which then wakes by itself when it is time.
        var isFirst = Interlocked.Increment(ref _gathered) == 1;
        _gathering.Enqueue(item);
        if (isFirst)
            _ready.Set();
    }

    /// <summary>What has gathered is due now.</summary>
    public void Hurry()
    {
        Volatile.Write(ref _isHurried, true);
        _ready.Set();
    }

    /// <summary>Ends the wait.</summary>
    public void Wake() => _ready.Set();

    /// <summary>Waits until something comes, or what gathers is due; false when nothing came.</summary>
    /// <param name="patience">The longest wait.</param>
    public bool Wait(TimeSpan patience)
    {
        var comes = _ready.Wait(Volatile.Read(ref _gathered) > 0 ? Due(ShortestWait) : patience);
        _ready.Reset();
        return comes;
    }

    /// <summary>Takes what somebody waits for, and what gathers when it is due.</summary>
    /// <param name="batch">Gets it.</param>
    /// <param name="all">Whether it is due in any case.</param>
    public void Take(List<LedgerItem> batch, bool all)
    {
        var isDue = Interlocked.Exchange(ref _isHurried, false) || all || Volatile.Read(ref _gathered) >= MaxBatch || Due(TimeSpan.Zero) == TimeSpan.Zero;
        for (var i = 0; i < MaxBatch && _awaited.TryDequeue(out var item); i++)
        {
            batch.Add(item);
            // Who waits for an entry, or for all that came before, waits for what gathers too.
            isDue |= item.Work?.Intent is null;
        }
        // All of it: who waits for what came before must not be told too early.
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

    // In how long what gathers is to be taken.
    private TimeSpan Due(TimeSpan least) => GatherTime - time.GetElapsedTime(_takenAt) is var left && left > least ? left : least;

    private TimeSpan AgeOf(ConcurrentQueue<LedgerItem> queue) => queue.TryPeek(out var next) ? time.GetElapsedTime(next.Since) : TimeSpan.Zero;
}
