using System.Collections.Concurrent;
using ImageGateway.Images;
using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>
/// Counters in Redis, for gateways of many processes. Every call is part of one script, hence one atomic step on one server,
/// and is identified by the reservation's id.
/// <para>
/// The ledger is the source of truth. A tenant's counters belong to a generation, which SQL keeps, and to a server, identified
/// by its replication id, which is new after every restart and failover. If they are missing, older, or another server's, a
/// script reports that and does nothing; <see cref="CounterRebuild"/> then starts the next generation in SQL and after that
/// rebuilds them from the ledger, before anything is granted. All reservations are dropped then, and this is right for each:
/// </para>
/// <para>
/// (1) If the reservation's intent was durable before, the job is open in the ledger and its reservation comes back under its
/// id at its worst case, or the job is finished and in the settled sum. (2) If the intent comes later, the job has made no
/// call. It reads the generation in SQL after its intent is durable, sees that it is not the one of its grant, and must ask
/// again before its call (<see cref="CoverAsync"/>). There is no third case: if it reads the generation of its grant, the next
/// one began after its intent was durable, so the rebuild found it. A repeated request is granted only if everything the
/// counters hold fits, since a rebuild may have restored intents that were never granted. So at every grant the counters
/// contain all jobs that may call plus the new one, and fit. A job asks twice, to reserve and to settle, and once more only
/// when counters were rebuilt in between.
/// </para>
/// <para>
/// A settlement that finds no reservation has nothing to do: its amount is in the sum, or was restored as a reservation that an
/// audit settles from the ledger's entry, which is durable before the settlement. Nothing is counted twice, since sums grow
/// only by existing reservations, each of which exists once. A process that was taken for dead and closes its job after all
/// corrects the ledger; the counter stays at the worst case until it is rebuilt.
/// </para>
/// <para>
/// A failover with asynchronous replication loses the last moments' writes; as shown above, that loses no grant. What an old
/// master grants before it learns of its demotion belongs to an older generation, and its jobs notice before their calls: a
/// generation is built on one server only. Minute buckets are not in the ledger and start full. Nor is the number of output
/// tokens that jobs in flight may use: until they settle or ask again, a rebuilt token limit reserves none for them.
/// </para>
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="history">The ledger.</param>
/// <param name="clock">The time in Unix ms for tests; null: the server's.</param>
/// <param name="checks">False only in the test that shows what the check is for.</param>
internal sealed class RedisQuotaStore(RedisLink link, IQuotaHistory history, Func<long>? clock = null, bool checks = true) : IQuotaStore
{
    private const int Attempts = 5;

    // Longer than the rebuild lock of a dead process.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, RedisTenant> _tenants = new();
    private readonly CounterRebuild _rebuild = new(link, history, clock);

    /// <summary>Settlements waiting for Redis.</summary>
    public LateSettlements Late { get; } = new();

    /// <summary>Tenants that this process has dealt with.</summary>
    public ICollection<string> Tenants => _tenants.Keys;

    public ValueTask<QuotaAnswer> ReserveAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses) => HoldAsync(tenant, id, uses, covers: false);

    public ValueTask<QuotaAnswer> CoverAsync(string tenant, string id, IReadOnlyList<CounterUse> uses, long generation)
    {
        Of(tenant).Saw(generation);
        return HoldAsync(tenant, id, uses, covers: true);
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

    // A sum without any use yet is read from the ledger: a mere read creates no counters, for whichever user.
    public async ValueTask<IReadOnlyList<CounterState>> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses)
    {
        var answer = await CallAsync(Of(tenant), uses, RedisArguments.Of(uses, "read"), buildsUnknown: false);
        if (RedisAnswer.Word(answer) != "unknown")
            return Answer(answer, uses.Count).States;
        var unknown = answer.Skip(1).Select(place => uses[(int)(long)place]).ToList();
        var known = uses.Except(unknown).ToList();
        var past = await history.ReadAsync(tenant, unknown);
        var states = unknown.Select((use, i) => (use, new CounterState(past.Settled[i], past.Open.Sum(job => job.Amounts[i] ?? 0)))).Concat(known.Zip(await ReadAsync(tenant, known))).ToDictionary();
        return [.. uses.Select(use => states[use])];
    }

    /// <summary>Settles, or fails when Redis is unavailable.</summary>
    public async ValueTask<bool> SettleNowAsync(LateSettlement late)
    {
        var answer = await CallAsync(Of(late.Tenant), [], ["settle", late.Id, late.NanoUsd, late.OutputTokens is { } tokens ? tokens : "", late.IsBack ? 1 : 0]);
        return RedisAnswer.Number(answer, 2) == 1;
    }

    public long? GenerationOf(string tenant) => null;

    public async Task RenewAsync(string tenant) => Of(tenant).Saw(await history.NextGenerationAsync(tenant));

    /// <summary>Releases reservations that led to no call, and settles those whose job is finished in the ledger.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="lease">How long a job may wait between its reservation and its first call.</param>
    /// <param name="quiet">How long a reservation is left alone between audits.</param>
    public async Task AuditAsync(string tenant, TimeSpan lease, TimeSpan quiet)
    {
        var known = Of(tenant);
        var answer = await RunAsync(known, [], () => link.RunAsync(RedisScript.Audit, known.Keys, [clock?.Invoke() ?? 0, known.Generation, (long)lease.TotalMilliseconds, (long)quiet.TotalMilliseconds]));
        if (answer.Length == 2)
            return;
        var old = answer.Skip(2).Chunk(2).ToDictionary(job => (string)job[0]!, job => (long)job[1] == 1);
        // Open jobs are read first: a job that closes meanwhile is then found among the finished ones.
        var open = await history.OpenAsync(old.Keys);
        var ended = await history.EndedAsync(old.Keys);
        foreach (var job in ended)
            await SettleNowAsync(new LateSettlement(tenant, job.Id, job.NanoUsd, job.OutputTokens));
        await LetGoAsync(tenant, [.. old.Where(job => job.Value).Select(job => job.Key).Except(open).Except(ended.Select(job => job.Id))]);
    }

    // A job may announce its call at this very moment. Under a new generation it notices, as after a lost store; a job without
    // a ledger always asks again.
    private async Task LetGoAsync(string tenant, IReadOnlyList<string> ids)
    {
        if (ids.Count > 0 && history.IsKept)
            await RenewAsync(tenant);
        foreach (var id in history.IsKept ? [] : ids)
            await SettleNowAsync(LateSettlement.Back(tenant, id));
    }

    private async ValueTask<QuotaAnswer> HoldAsync(string tenant, string? id, IReadOnlyList<CounterUse> uses, bool covers)
    {
        try
        {
            return Answer(await CallAsync(Of(tenant), uses, RedisArguments.Of(uses, "reserve", checks ? 1 : 0, id ?? "", covers ? 1 : 0)), uses.Count);
        }
        catch (GatewayException e) when (e.Error.Kind == ErrorKind.StoreUnavailable && id is not null && !covers)
        {
            // The reservation may have been granted all the same, with an unknown result.
            Late.Add(LateSettlement.Back(tenant, id));
            throw;
        }
    }

    private RedisTenant Of(string tenant) => _tenants.GetOrAdd(tenant, id => new RedisTenant(id, link, clock, _rebuild.IdleMs));

    private ValueTask<RedisResult[]> CallAsync(RedisTenant tenant, IReadOnlyList<CounterUse> uses, RedisValue[] values, bool buildsUnknown = true) =>
        RunAsync(tenant, uses, () => tenant.Calls.RunAsync(values), buildsUnknown);

    private async ValueTask<RedisResult[]> RunAsync(RedisTenant tenant, IReadOnlyList<CounterUse> uses, Func<Task<RedisResult[]>> ask, bool buildsUnknown = true)
    {
        var start = TimeProvider.System.GetTimestamp();
        // While other processes keep building because many counters are new at once, waiting for them is not an attempt.
        for (var attempt = 0; attempt < Attempts && TimeProvider.System.GetElapsedTime(start) < Patience;)
        {
            if (tenant.Generation < 0)
                tenant.Saw(await history.GenerationAsync(tenant.Id));
            var answer = await ask();
            switch (RedisAnswer.Word(answer))
            {
                case "ok":
                    tenant.Saw(RedisAnswer.Number(answer, 1));
                    return answer;
                case "unknown" when !buildsUnknown:
                    return answer;
                case "lost":
                    attempt += await _rebuild.RunAsync(tenant, uses) ? 1 : 0;
                    break;
                case "unknown":
                    attempt += await _rebuild.RunAsync(tenant, [.. answer.Skip(1).Select(place => uses[(int)(long)place])]) ? 1 : 0;
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
            states[i] = new CounterState(RedisAnswer.Number(answer, 4 + (2 * i)), RedisAnswer.Number(answer, 5 + (2 * i)));
        return new QuotaAnswer((int)RedisAnswer.Number(answer, 2), RedisAnswer.Number(answer, 3), states) { Generation = RedisAnswer.Number(answer, 1) };
    }
}
