using System.Numerics;

namespace ImageGateway.Caching;

/// <summary>
/// Answers in this process's memory: each shelf within its bytes, all of them within the process's. What was used longest ago
/// goes first, of the shelf; where the process has no more room, of the largest one, those of the cache before all others: so
/// one tenant's traffic takes little of what others were promised. Pictures have a checksum here too: whatever writes where it should not, no client is
/// sent a picture that is not the one that was stored.
/// </summary>
/// <param name="maxBytes">What all answers may take.</param>
/// <param name="time">The clock.</param>
internal sealed class MemoryAnswerStore(long maxBytes, TimeProvider time) : IAnswerStore
{
    // Of the process's bytes, for the keys of one tenant.
    private const int Share = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Kind, string Key), Entry> _entries = [];
    private readonly Dictionary<(string Tenant, string Kind), Use> _shelves = [];
    private long _bytes;
    private long _cached;
    private long _uses;

    /// <summary>Bytes in use.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    public ValueTask<StoredAnswer?> ReadAsync(Shelf shelf, string key) => FindAsync(shelf, key);

    public ValueTask<StoredAnswer?> FindAsync(Shelf shelf, string key)
    {
        if (Touch(shelf, key) is not { } entry)
            return default;
        // A picture takes a tenth of a millisecond, for which nobody else should wait.
        if (ChecksumOf(entry.Answer) == entry.Checksum)
            return new(entry.Answer);
        // It stays held: blocks that somebody else writes to must not come to another picture.
        Drop(shelf, key, entry);
        return default;
    }

    public ValueTask<bool> KeepAsync(Shelf shelf, string key, StoredAnswer answer, TimeSpan ttl)
    {
        var (bytes, most) = (answer.Bytes, Math.Min(shelf.MaxBytes, shelf.Kind == Shelf.Keys ? maxBytes / Share : maxBytes));
        if (bytes > most)
            return new(false);
        var checksum = ChecksumOf(answer);
        lock (_lock)
        {
            if (_entries.TryGetValue((shelf.Tenant, shelf.Kind, key), out var before))
                Remove(before);
            if (!_shelves.TryGetValue((shelf.Tenant, shelf.Kind), out var use))
                use = new Use(shelf.Kind == Shelf.Cache);
            while (use.Bytes + bytes > most)
                Remove(use.Order.First!.Value);
            if (!TryMakeRoom(bytes, use.IsCache))
                return new(false);
            Add(new Entry((shelf.Tenant, shelf.Kind, key), answer, checksum, bytes, time.GetUtcNow() + ttl, use));
        }
        return new(true);
    }

    public ValueTask ForgetAsync(Shelf shelf, string key)
    {
        Drop(shelf, key, null);
        return default;
    }

    private static uint ChecksumOf(StoredAnswer answer)
    {
        var sum = 0u;
        foreach (var picture in answer.Pictures)
            sum = BitOperations.Crc32C(sum, Checksum.Of(picture.Bytes.Sequence));
        foreach (var partial in answer.Partials)
            sum = BitOperations.Crc32C(sum, Checksum.Of(partial.Bytes.Sequence));
        return sum;
    }

    private Entry? Touch(Shelf shelf, string key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue((shelf.Tenant, shelf.Kind, key), out var entry))
                return null;
            if (entry.Expires <= time.GetUtcNow())
            {
                Remove(entry);
                return null;
            }
            entry.Shelf.Order.Remove(entry.InShelf);
            entry.Shelf.Order.AddLast(entry.InShelf);
            entry.LastUse = ++_uses;
            entry.Answer.Hold(); // by a reader, which may be slow
            return entry;
        }
    }

    // Null: whichever there is.
    private void Drop(Shelf shelf, string key, Entry? only)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue((shelf.Tenant, shelf.Kind, key), out var there) && (only is null || there == only))
                Remove(there);
        }
    }

    // What is cached makes room for what is promised, and not the other way round.
    private bool TryMakeRoom(long bytes, bool isCache)
    {
        if (isCache && _bytes - _cached + bytes > maxBytes)
            return false;
        while (_bytes + bytes > maxBytes)
            Remove(Next(_cached > 0).Order.First!.Value);
        return true;
    }

    // The largest; of two the one that was used longer ago.
    private Use Next(bool isCache)
    {
        Use? next = null;
        foreach (var use in _shelves.Values)
        {
            if (use.IsCache == isCache && (next is null || use.Bytes > next.Bytes || (use.Bytes == next.Bytes && use.Oldest < next.Oldest)))
                next = use;
        }
        return next!;
    }

    private void Add(Entry entry)
    {
        entry.Answer.Hold();
        _entries.Add(entry.Key, entry);
        _shelves.TryAdd((entry.Key.Tenant, entry.Key.Kind), entry.Shelf); // it may have become empty, and so been dropped
        entry.Shelf.Order.AddLast(entry.InShelf);
        entry.LastUse = ++_uses;
        Count(entry.Shelf, entry.Bytes);
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        entry.Shelf.Order.Remove(entry.InShelf);
        Count(entry.Shelf, -entry.Bytes);
        if (entry.Shelf.Order.Count == 0)
            _shelves.Remove((entry.Key.Tenant, entry.Key.Kind));
        entry.Answer.Release();
    }

    private void Count(Use use, long bytes)
    {
        use.Bytes += bytes;
        _bytes += bytes;
        if (use.IsCache)
            _cached += bytes;
    }

    private sealed class Use(bool isCache)
    {
        public bool IsCache => isCache;

        public long Bytes { get; set; }

        public long Oldest => Order.First!.Value.LastUse;

        /// <summary>What was used longest ago is the first.</summary>
        public LinkedList<Entry> Order { get; } = new();
    }

    private sealed class Entry
    {
        public Entry((string Tenant, string Kind, string Key) key, StoredAnswer answer, uint checksum, long bytes, DateTimeOffset expires, Use shelf)
        {
            (Key, Answer, Checksum, Bytes, Expires, Shelf) = (key, answer, checksum, bytes, expires, shelf);
            InShelf = new LinkedListNode<Entry>(this);
        }

        public (string Tenant, string Kind, string Key) Key { get; }
        public StoredAnswer Answer { get; }
        public uint Checksum { get; }
        public long Bytes { get; }
        public DateTimeOffset Expires { get; }
        public Use Shelf { get; }
        public LinkedListNode<Entry> InShelf { get; }
        public long LastUse { get; set; }
    }
}
