using System.Buffers;
using ImageGateway.Images;
using StackExchange.Redis;

namespace ImageGateway.Caching.Redis;

/// <summary>
/// Responses in Redis, for all replicas. A response is a head plus its images in chunks, so that no command blocks Redis for
/// long; all keys of a tenant are in one slot. Chunks are written before the head and carry a unique number, so that a reader
/// never mixes two responses. A missing chunk or a wrong checksum makes the response a miss.
/// </summary>
internal sealed class RedisAnswerStore(RedisConnection redis, TimeProvider time) : IAnswerStore
{
    /// <summary>Bytes of a chunk, about half a MiB.</summary>
    public const int ChunkSize = 8 * PictureBytes.PieceSize;

    // KEYS: order of use, sizes, head. ARGV: prefix of heads, key, bytes, number, chunks, now, ttl, most bytes, head.
    private const string Keep = """
        local prefix = ARGV[1]
        local function drop(key)
          local entry = redis.call('HGET', KEYS[2], key)
          redis.call('ZREM', KEYS[1], key)
          if not entry then return end
          local bytes, number, chunks = string.match(entry, '^(%d+):(%w+):(%d+)$')
          for i = 0, chunks - 1 do redis.call('UNLINK', prefix .. key .. ':' .. number .. ':' .. i) end
          redis.call('UNLINK', prefix .. key)
          redis.call('HDEL', KEYS[2], key)
          redis.call('HINCRBY', KEYS[2], '', -bytes)
        end
        drop(ARGV[2])
        while tonumber(redis.call('HGET', KEYS[2], '') or 0) + ARGV[3] > tonumber(ARGV[8]) do
          local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
          if not oldest then redis.call('DEL', KEYS[2]) break end
          drop(oldest)
        end
        redis.call('SET', KEYS[3], ARGV[9], 'PX', ARGV[7])
        redis.call('ZADD', KEYS[1], ARGV[6], ARGV[2])
        redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. ':' .. ARGV[4] .. ':' .. ARGV[5])
        redis.call('HINCRBY', KEYS[2], '', ARGV[3])
        for i = 1, 2 do
          if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[7]) then redis.call('PEXPIRE', KEYS[i], ARGV[7]) end
        end
        return 1
        """;

    public async ValueTask<StoredAnswer?> FindAsync(Partition partition, string key)
    {
        try
        {
            return await ReadAsync(partition, key);
        }
        catch (GatewayException)
        {
            return null;
        }
    }

    public async ValueTask<StoredAnswer?> ReadAsync(Partition partition, string key)
    {
        var head = await redis.RunAsync(database => database.StringGetAsync(Head(partition, key)));
        if (head.IsNull || AnswerHead.Read((byte[])head!) is not { } read)
            return null;
        var keys = ChunkKeys(partition, key, read.Number, read.Chunks);
        var chunks = await redis.RunAsync(database => Task.WhenAll(Array.ConvertAll(keys, chunk => database.StringGetAsync(chunk))));
        if (read.Answer(Array.ConvertAll(chunks, chunk => (byte[]?)chunk)) is not { } answer)
            return null;
        redis.Send(database => database.Execute("ZADD", [Order(partition), "XX", Now, key], CommandFlags.FireAndForget));
        return answer;
    }

    public async ValueTask<bool> KeepAsync(Partition partition, string key, StoredAnswer answer, TimeSpan ttl)
    {
        if (answer.Bytes > partition.MaxBytes)
            return false;
        var (head, chunks) = AnswerHead.Of(answer, ChunkSize);
        var keys = ChunkKeys(partition, key, head.Number, chunks.Count);
        try
        {
            for (var i = 0; i < chunks.Count; i++)
                await KeepChunkAsync(keys[i], chunks[i], ttl);
            RedisValue[] values = [Prefix(partition), key, answer.Bytes, head.Number, chunks.Count, Now, (long)ttl.TotalMilliseconds, partition.MaxBytes, head.Write()];
            await redis.ScriptAsync(Keep, [Order(partition), Sizes(partition), Head(partition, key)], values);
            return true;
        }
        catch (GatewayException)
        {
            // If Redis is full, it keeps the chunks until they expire.
            redis.Send(database => database.KeyDelete(keys, CommandFlags.FireAndForget));
            return false;
        }
    }

    private Task<bool> KeepChunkAsync(RedisKey key, ReadOnlySequence<byte> chunk, TimeSpan ttl) =>
        redis.RunAsync(database => database.StringSetAsync(key, chunk.ToArray(), ttl));

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Prefix(Partition partition) => $"igw:{{{partition.Tenant}}}:{partition.Kind}:";

    private static RedisKey Head(Partition partition, string key) => Prefix(partition) + key;

    private static RedisKey Order(Partition partition) => $"igw:{{{partition.Tenant}}}:{partition.Kind}-order";

    private static RedisKey Sizes(Partition partition) => $"igw:{{{partition.Tenant}}}:{partition.Kind}-sizes";

    private static RedisKey[] ChunkKeys(Partition partition, string key, string number, int count)
    {
        var keys = new RedisKey[count];
        for (var i = 0; i < count; i++)
            keys[i] = $"{Prefix(partition)}{key}:{number}:{i}";
        return keys;
    }
}
