using ImageGateway.Images;
using StackExchange.Redis;

namespace ImageGateway.Caching.Redis;

/// <summary>
/// Claims in Redis, for all replicas: the claim of a dead process ends with its lease. Every call is one script, and may be
/// repeated.
/// </summary>
internal sealed class RedisClaimStore(RedisConnection redis) : IClaimStore
{
    // An array with a missing owner means that the name was free.
    private const string Take = """
        local there = redis.call('HMGET', KEYS[1], 'owner', 'tag', 'outcome')
        if there[1] and there[1] ~= ARGV[1] and not (there[3] and there[1] == ARGV[4]) then return there end
        redis.call('DEL', KEYS[1])
        redis.call('HMSET', KEYS[1], 'owner', ARGV[1], 'tag', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return {}
        """;

    private const string Find = "return redis.call('HMGET', KEYS[1], 'owner', 'tag', 'outcome')";

    private const string Mine = """
        local there = redis.call('HMGET', KEYS[1], 'owner', 'outcome')
        if there[1] ~= ARGV[1] or there[2] then return 0 end

        """;

    private const string Renew = Mine + "return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

    // 0: the claim is lost. An outcome that was settled before, or belongs to another owner, stays.
    private const string Settle = """
        local there = redis.call('HMGET', KEYS[1], 'owner', 'outcome')
        if not there[1] then return 0 end
        if there[1] ~= ARGV[1] or there[2] then return 1 end
        redis.call('HSET', KEYS[1], 'outcome', ARGV[3])
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
        """;

    private const string Release = Mine + "return redis.call('DEL', KEYS[1])";

    public bool IsShared => true;

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    public async ValueTask<Claim?> TakeAsync(string tenant, string name, Claim claim, string? over = null)
    {
        try
        {
            var there = (RedisValue[]?)await redis.ScriptAsync(Take, Key(tenant, name), [claim.Owner, claim.Tag, Milliseconds(Lease), over ?? ""]);
            return Read(there);
        }
        catch (GatewayException)
        {
            // The claim may have been taken all the same, and no caller would know that it owns it.
            redis.Send(database => database.ScriptEvaluate(Release, Key(tenant, name), [claim.Owner], CommandFlags.FireAndForget), evenPaused: true);
            throw;
        }
    }

    public async ValueTask<Claim?> FindAsync(string tenant, string name) => Read((RedisValue[]?)await redis.ScriptAsync(Find, Key(tenant, name), []));

    public async ValueTask<bool> RenewAsync(string tenant, string name, string owner)
    {
        try
        {
            return (int)await redis.ScriptAsync(Renew, Key(tenant, name), [owner, Milliseconds(Lease)]) == 1;
        }
        catch (GatewayException)
        {
            return false;
        }
    }

    public ValueTask<bool> SettleAsync(string tenant, string name, string owner, string outcome, TimeSpan keep) => EndAsync(Settle, tenant, name, [owner, Milliseconds(keep), outcome]);

    public async ValueTask ReleaseAsync(string tenant, string name, string owner) => await EndAsync(Release, tenant, name, [owner]);

    // A claim that cannot be ended ends with its lease.
    private async ValueTask<bool> EndAsync(string script, string tenant, string name, RedisValue[] values)
    {
        try
        {
            return (int)await redis.ScriptAsync(script, Key(tenant, name), values) == 1;
        }
        catch (GatewayException)
        {
            // The connection has already logged the failure.
            return false;
        }
    }

    private static Claim? Read(RedisValue[]? there) => there is [{ IsNull: false } owner, var tag, var outcome] ? new Claim(owner!, tag!, outcome) : null;

    private static RedisKey[] Key(string tenant, string name) => [$"igw:{{{tenant}}}:claim:{name}"];

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
