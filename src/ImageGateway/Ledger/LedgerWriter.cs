using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>
/// The one thread that writes the ledger. A commit takes everything queued during the previous one, so that concurrent intents
/// share it and none waits for a timer; entries gather (<see cref="LedgerQueue"/>). While the database fails, entries go to the
/// spool; intents go there too or are refused, as configured.
/// </summary>
internal sealed partial class LedgerWriter(SqlDatabase database, LedgerSpool spool, LedgerOptions options, TimeProvider time, ILogger<LedgerWriter> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly LedgerQueue _queue = new(time);
    private readonly List<LedgerItem> _batch = [];

    // Entries that neither the database nor the spool accepted; they are retried, and keep their room in the queue.
    private readonly List<LedgerItem> _late = [];

    private readonly LedgerCommits _commits = new(database, log);
    private readonly SpoolAttempts _spooling = new(spool, time, RetryPause, log);
    private Thread? _thread;
    private long? _failedAt;
    private long _unrecorded;
    private long _failures;
    private long _oldest;
    private volatile bool _isFailing;
    private volatile bool _stopping;

    /// <summary>True while writes to the database fail.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>How often a write to the database failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>How long the oldest record outside the database has been waiting, the spool included.</summary>
    public TimeSpan Lag => Interlocked.Read(ref _oldest) is var oldest and not 0 ? time.GetElapsedTime(oldest) : _queue.Age;

    /// <summary>Records waiting to be written.</summary>
    public int Queued => _queue.Count;

    // After a failure the database is left alone for a moment.
    private bool IsPausing => _failedAt is { } at && time.GetElapsedTime(at) < RetryPause;

    /// <summary>
    /// Writes an intent or an entry; it is durable when this returns. Returns the generation of its tenant's quota counters if
    /// requested; else -1.
    /// </summary>
    /// <exception cref="GatewayException">It is an intent, the database fails, and the configuration is to refuse.</exception>
    public async Task<long> WriteAsync(LedgerWork work) => await (await QueueAsync(work)).Done.Task;

    /// <summary>
    /// Puts an entry in the queue and waits only when the queue is full. When it is full because neither the database nor the
    /// spool accepts anything, refusals are only counted in the log: they called no provider, and must not wait for the disk.
    /// </summary>
    /// <param name="work">The entry.</param>
    /// <param name="isUrgent">Whether it is written at once; otherwise it gathers with others.</param>
    /// <returns>A task that completes when it is durable.</returns>
    public async ValueTask<Task> EnqueueAsync(LedgerWork work, bool isUrgent)
    {
        if (_isFailing && _queue.IsFull && work.Entry.Attempts.Count == 0)
        {
            Interlocked.Increment(ref _unrecorded);
            return Task.CompletedTask;
        }
        await _queue.MakeRoomAsync();
        var item = new LedgerItem(work, time.GetTimestamp());
        if (isUrgent)
            _queue.Add(item);
        else
            _queue.Gather(item);
        return item.Done.Task;
    }

    /// <summary>Has gathered entries written now; does not wait.</summary>
    public void Hurry() => _queue.Hurry();

    /// <summary>Waits until everything queued before is written.</summary>
    /// <exception cref="GatewayException">The database fails, and the queue has no room.</exception>
    public async Task FlushAsync() => await (await QueueAsync(null)).Done.Task;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A separate thread: SQLite's calls block, and the thread pool belongs to the requests.
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger" };
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <summary>Drains the queue.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _queue.Wake();
        if (_thread is not null)
            await Task.Run(_thread.Join, CancellationToken.None).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _stopping = true;
        _queue.Wake();
        _thread?.Join(TimeSpan.FromSeconds(10));
        _commits.Dispose();
        spool.Dispose();
        _queue.Dispose();
    }

    private async ValueTask<LedgerItem> QueueAsync(LedgerWork? work)
    {
        if (work is null or { Intent: not null } && _isFailing && _queue.IsFull)
            throw Unavailable();
        await _queue.MakeRoomAsync();
        var item = new LedgerItem(work, time.GetTimestamp());
        _queue.Add(item);
        return item;
    }

    private void Run()
    {
        while (!_stopping)
        {
            // Wakes periodically while records are left over.
            var isQuiet = !_queue.Wait(spool.HasContent || _late.Count > 0 ? RetryPause : Timeout.InfiniteTimeSpan);
            WriteQueue(isQuiet);
        }
        do
            WriteQueue(all: true);
        while (_queue.Count > _late.Count);
        if (_late.Count > 0)
            LogLost(_late.Count);
    }

    // At least once, for records that are left over.
    private void WriteQueue(bool all)
    {
        do
        {
            if (_stopping || !IsPausing)
            {
                _batch.AddRange(_late);
                _late.Clear();
            }
            var stillLate = _late.Count;
            _queue.Take(_batch, all);
            if (_batch.Count > 0 || spool.HasContent)
                WriteBatch();
            if (_batch.Count - (_late.Count - stillLate) is > 0 and var done)
                _queue.Release(done);
            _batch.Clear();
        }
        while (_queue.IsAwaited);
    }

    private void WriteBatch()
    {
        // Records delayed by an outage are older than new ones.
        if (_oldest == 0)
            Interlocked.Exchange(ref _oldest, _batch.Count > 0 ? _batch[0].Since : time.GetTimestamp());
        try
        {
            if (!_stopping && IsPausing)
                throw new IOException("The database failed a moment ago.");
            _commits.Open();
            if (spool.HasContent && spool.Replay(_commits.CommitLate) is > 0 and var unreadable)
                LogUnreadable(unreadable);
            _commits.Refused.Clear();
            _commits.Commit([.. _batch.Where(item => item.Work is not null).Select(item => item.Work!)]);
            // After the commit: a generation that began before it must be seen.
            var generations = _commits.Open().Generations(_batch.Where(item => item.Work is { AsksGeneration: true }).Select(item => item.Work!.Entry.Tenant));
            var unrecorded = Interlocked.Exchange(ref _unrecorded, 0);
            if (_isFailing)
                LogBack(unrecorded);
            _isFailing = false;
            Interlocked.Exchange(ref _oldest, 0);
            foreach (var item in _batch)
            {
                if (item.Work is { Intent: not null } intent && _commits.Refused.Contains(intent))
                    item.Done.SetException(Unavailable());
                else
                    item.Done.SetResult(item.Work is { AsksGeneration: true, Entry.Tenant: var tenant } ? generations.GetValueOrDefault(tenant) : -1);
            }
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            Fail(e);
        }
    }

    // Entries of finished jobs must be kept; jobs that have not called a provider can be refused.
    private void Fail(Exception e)
    {
        if (!IsPausing)
        {
            LogFailing(e.GetType().Name, e.Message);
            _failedAt = time.GetTimestamp();
            _commits.Close();
        }
        _isFailing = true;
        Interlocked.Increment(ref _failures);
        var kept = _batch.Where(item => item.Work is { } work && (work.Intent is null || options.OnFailure == LedgerFailureAction.Spool)).ToList();
        var isSpooled = kept.Count == 0 || _spooling.TryAppend([.. kept.Select(item => item.Work!)], isLast: _stopping);
        foreach (var item in _batch)
        {
            if (item.Work is null || (isSpooled && (item.Work.Intent is null || options.OnFailure == LedgerFailureAction.Spool)))
                item.Done.SetResult(-1);
            else if (item.Work.Intent is not null)
                item.Done.SetException(Unavailable());
            else
                _late.Add(item);
        }
        // Refused intents are not waiting.
        if (_late.Count == 0 && !spool.HasContent)
            Interlocked.Exchange(ref _oldest, 0);
    }

    private static GatewayException Unavailable() => new(new GatewayError(
        ErrorKind.StoreUnavailable, "The ledger cannot be written now, and the gateway generates no image without recording it. Please try again later.")
    { RetryAfter = RetryPause });

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger's database fails: {Kind}: {Message}")]
    private partial void LogFailing(string kind, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "The ledger's database is back and contains the spooled records; {Unrecorded} refusals were not recorded")]
    private partial void LogBack(long unrecorded);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The gateway stops, and {Count} ledger records could not be written anywhere; jobs that called a provider still have their intents and will be charged at their worst case")]
    private partial void LogLost(int count);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Count} lines of the ledger's spool cannot be read and were skipped")]
    private partial void LogUnreadable(int count);
}
