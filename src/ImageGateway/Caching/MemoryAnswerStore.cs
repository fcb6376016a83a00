using System.Numerics;

namespace ImageGateway.Caching;

/// <summary>
/// Responses in this process's memory, limited per partition and in total. Beyond a partition's limit its least recently used
/// are evicted; beyond the process's, those of the largest partition, cache entries before all others, so that one tenant's
/// traffic evicts little of what others were promised. Images have a checksum here too, so that after memory corruption no
/// client is sent a wrong image.
/// </summary>
/// <param name="maxBytes">Bytes for all responses.</param>
/// <param name="time">The clock.</param>
internal sealed class MemoryAnswerStore(long maxBytes, TimeProvider time) : IAnswerStore
{
    // The share of the process's bytes for one tenant's idempotency keys: one half.
    private const int Share = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Kind, string Key), Entry> _entries = [];
    private readonly Dictionary<(string Tenant, string Kind), Use> _partitions = [];
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

    public ValueTask<StoredAnswer?> ReadAsync(Partition partition, string key) => FindAsync(partition, key);

    public ValueTask<StoredAnswer?> FindAsync(Partition partition, string key)
    {
        if (Touch(partition, key) is not { } entry)
            return default;
        // Verifying an image takes a tenth of a millisecond, so it is done outside the lock.
        if (ChecksumOf(entry.Answer) == entry.Checksum)
            return new(entry.Answer);
        // The image is not released: blocks that some other code writes to must not be reused for another image.
        Drop(partition, key, entry);
        return default;
    }

    public ValueTask<bool> KeepAsync(Partition partition, string key, StoredAnswer answer, TimeSpan ttl)
    {
        var (bytes, most) = (answer.Bytes, Math.Min(partition.MaxBytes, partition.Kind == Partition.Keys ? maxBytes / Share : maxBytes));
        if (bytes > most)
            return new(false);
        var checksum = ChecksumOf(answer);
        lock (_lock)
        {
            if (_entries.TryGetValue((partition.Tenant, partition.Kind, key), out var before))
                Remove(before);
            if (!_partitions.TryGetValue((partition.Tenant, partition.Kind), out var use))
                use = new Use(partition.Kind == Partition.Cache);
            while (use.Bytes + bytes > most)
                Remove(use.Order.First!.Value);
            if (!TryMakeRoom(bytes, use.IsCache))
                return new(false);
            Add(new Entry((partition.Tenant, partition.Kind, key), answer, checksum, bytes, time.GetUtcNow() + ttl, use));
        }
        return new(true);
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

    private Entry? Touch(Partition partition, string key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue((partition.Tenant, partition.Kind, key), out var entry))
                return null;
            if (entry.Expires <= time.GetUtcNow())
            {
                Remove(entry);
                return null;
            }
            entry.Partition.Order.Remove(entry.InPartition);
            entry.Partition.Order.AddLast(entry.InPartition);
            entry.LastUse = ++_uses;
            entry.Answer.Retain(); // for the reader, which may be slow
            return entry;
        }
    }

    // Unless another entry has taken its place.
    private void Drop(Partition partition, string key, Entry only)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue((partition.Tenant, partition.Kind, key), out var there) && there == only)
                Remove(there);
        }
    }

    // Cached responses make room for promised ones, not the other way round.
    private bool TryMakeRoom(long bytes, bool isCache)
    {
        if (isCache && _bytes - _cached + bytes > maxBytes)
            return false;
        while (_bytes + bytes > maxBytes)
            Remove(Next(_cached > 0).Order.First!.Value);
        return true;
    }

    // The largest partition; of two equal ones, the less recently used.
    private Use Next(bool isCache)
    {
        Use? next = null;
        foreach (var use in _partitions.Values)
        {
            if (use.IsCache == isCache && (next is null || use.Bytes > next.Bytes || (use.Bytes == next.Bytes && use.Oldest < next.Oldest)))
                next = use;
        }
        return next!;
    }

    private void Add(Entry entry)
    {
        entry.Answer.Retain();
        _entries.Add(entry.Key, entry);
        _partitions.TryAdd((entry.Key.Tenant, entry.Key.Kind), entry.Partition); // it may have become empty, and so been dropped
        entry.Partition.Order.AddLast(entry.InPartition);
        entry.LastUse = ++_uses;
        Count(entry.Partition, entry.Bytes);
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        entry.Partition.Order.Remove(entry.InPartition);
        Count(entry.Partition, -entry.Bytes);
        if (entry.Partition.Order.Count == 0)
            _partitions.Remove((entry.Key.Tenant, entry.Key.Kind));
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
        public Entry((string Tenant, string Kind, string Key) key, StoredAnswer answer, uint checksum, long bytes, DateTimeOffset expires, Use partition)
        {
            (Key, Answer, Checksum, Bytes, Expires, Partition) = (key, answer, checksum, bytes, expires, partition);
            InPartition = new LinkedListNode<Entry>(this);
        }

        public (string Tenant, string Kind, string Key) Key { get; }
        public StoredAnswer Answer { get; }
        public uint Checksum { get; }
        public long Bytes { get; }
        public DateTimeOffset Expires { get; }
        public Use Partition { get; }
        public LinkedListNode<Entry> InPartition { get; }
        public long LastUse { get; set; }
    }
}
