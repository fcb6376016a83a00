using System.Collections.Concurrent;
using ImageGateway.Images;
using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>
/// Counters in Redis, for gateways of many processes. Every call is one script, hence one atomic step at one server, and known
/// by the reservation's id.
/// <para>
/// The ledger is the truth. A tenant's counters are of a generation, which SQL keeps, and of a server, by its replication id,
/// which is new after every restart and failover. Where they are missing, older, or another server's, a script answers so and
/// does nothing, and <see cref="CounterRebuild"/> builds them again from the ledger before anything is granted. All
/// reservations go then, and this is right for each: one whose intent was durable is open in the ledger and comes back under
/// its id at its worst case, or is over and in the settled sum; one whose intent was not has made no call, and takes its room
/// anew when it confirms, which it must do between its intent and its call. So a settlement that finds no reservation has
/// nothing to do: what it would add is in the sum, or was put back as a reservation that an audit settles from the ledger's
/// entry, which is durable before it is settled here. None is counted twice, since sums only grow by reservations that are
/// there, and each is there once. A process that was taken for dead and closes its job after all corrects the ledger; the
/// counter stays at the worst case until it is built again.
/// </para>
/// <para>
/// A failover with asynchronous replication loses writes of its last moments; by the above that loses no grant. What it can
/// let through is what an old master grants while it does not know yet that it is none: bound that with
/// <c>min-replicas-to-write</c>. Minute buckets are not in the ledger and start full. Output tokens of jobs in flight are not
/// in it either: until they settle, a rebuilt limit of tokens does not hold them.
/// </para>
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="history">The ledger.</param>
/// <param name="clock">The moment in Unix ms for tests; null: the server's.</param>
/// <param name="checks">False in the one test that shows what the check is for.</param>
internal sealed class RedisQuotaStore(RedisLink link, IQuotaHistory history, Func<long>? clock = null, bool checks = true) : IQuotaStore
{
    private const int Attempts = 5;

    private readonly ConcurrentDictionary<string, RedisTenant> _tenants = new();
    private readonly CounterRebuild _rebuild = new(link, history, clock);

    /// <summary>Settlements that wait for Redis.</summary>
    public LateSettlements Late { get; } = new();

    /// <summary>Tenants this process has had to do with.</summary>
    public ICollection<string> Tenants => _tenants.Keys;

    public ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses) => HoldAsync(tenant, id, uses, confirms: false);

    public ValueTask<QuotaAnswer> ConfirmAsync(string tenant, string id, IReadOnlyList<CounterUse> uses) => HoldAsync(tenant, id, uses, confirms: true);

    public async ValueTask<bool> GrowAsync(string tenant, string id, long nanoUsd, long outputTokens)
    {
        var answer = await RunAsync(RedisScript.Grow, Of(tenant), [], (now, generation) => [now, generation, checks ? 1 : 0, id, nanoUsd, outputTokens]);
        return (long)answer[2] == 1;
    }

    public async ValueTask<bool> SettleAsync(string tenant, string id, long nanoUsd, long? outputTokens)
    {
        try
        {
            return await SettleNowAsync(new LateSettlement(tenant, id, nanoUsd, outputTokens));
        }
        catch (GatewayException e) when (e.Error.Kind == ErrorKind.StoreUnavailable)
        {
            Late.Add(new LateSettlement(tenant, id, nanoUsd, outputTokens));
            return false;
        }
    }

    public async ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses) =>
        Answer(await RunAsync(RedisScript.Look, Of(tenant), uses, (now, generation) => RedisArguments.Of(uses, now, generation)), uses.Count).States;

    /// <summary>Settles, or fails when Redis cannot be used.</summary>
    public async ValueTask<bool> SettleNowAsync(LateSettlement late)
    {
        var answer = await RunAsync(RedisScript.Settle, Of(late.Tenant), [], (now, generation) => [now, generation, late.Id, late.NanoUsd, late.OutputTokens is { } tokens ? tokens : ""]);
        return (long)answer[2] == 1;
    }

    /// <summary>Begins a new generation, so that the next call builds the counters again: of a tenant whose jobs ran without Redis.</summary>
    public async Task RenewAsync(string tenant) => Of(tenant).Saw(await history.NextGenerationAsync(tenant));

    /// <summary>Lets go of reservations that led to no call, and settles those whose job the ledger knows to be over.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="lease">How long a job may wait between its reservation and its first call.</param>
    /// <param name="quiet">How long a reservation that a call followed is left alone.</param>
    public async Task AuditAsync(string tenant, TimeSpan lease, TimeSpan quiet)
    {
        var answer = await RunAsync(RedisScript.Audit, Of(tenant), [], (now, generation) => [now, generation, (long)lease.TotalMilliseconds, (long)quiet.TotalMilliseconds]);
        if (answer.Length == 2)
            return;
        foreach (var job in await history.EndedAsync([.. answer.Skip(2).Select(id => (string)id!)]))
            await SettleNowAsync(new LateSettlement(tenant, job.Id, job.NanoUsd, job.OutputTokens));
    }

    private async ValueTask<QuotaAnswer> HoldAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses, bool confirms)
    {
        try
        {
            var answer = await RunAsync(RedisScript.Reserve, Of(tenant), uses, (now, generation) => RedisArguments.Of(uses, now, generation, checks ? 1 : 0, id ?? "", confirms ? 1 : 0, _rebuild.IdleMs));
            return Answer(answer, uses.Count);
        }
        catch (GatewayException e) when (e.Error.Kind == ErrorKind.StoreUnavailable && id is not null && !confirms)
        {
            // It may have been granted all the same, and nobody will use it.
            Late.Add(new LateSettlement(tenant, id, 0, 0));
            throw;
        }
    }

    private RedisTenant Of(string tenant) => _tenants.GetOrAdd(tenant, static id => new RedisTenant(id));

    private async ValueTask<RedisResult[]> RunAsync(string script, RedisTenant tenant, IReadOnlyList<CounterUse> uses, Func<long, long, RedisValue[]> values)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (tenant.Generation < 0)
                tenant.Saw(await history.GenerationAsync(tenant.Id));
            var answer = await link.RunAsync(script, tenant.Keys, values(clock?.Invoke() ?? 0, tenant.Generation));
            switch (RedisAnswer.Word(answer))
            {
                case "ok":
                    tenant.Saw((long)answer[1]);
                    return answer;
                case "lost":
                    await _rebuild.RunAsync(tenant, uses);
                    break;
                case "unknown":
                    await _rebuild.RunAsync(tenant, [.. answer.Skip(1).Select(place => uses[(int)(long)place])]);
                    break;
                default:
                    throw RedisLink.Unavailable(null);
            }
        }
        throw RedisLink.Unavailable(null);
    }

    // [ok, generation, refused, retry, used, held, used, held…]
    private static QuotaAnswer Answer(RedisResult[] answer, int count)
    {
        if (answer.Length != 4 + (2 * count))
            throw RedisLink.Unavailable(null);
        var states = new CounterState[count];
        for (var i = 0; i < count; i++)
            states[i] = new CounterState((long)answer[4 + (2 * i)], (long)answer[5 + (2 * i)]);
        return new QuotaAnswer((int)(long)answer[2], (long)answer[3], states);
    }
}
