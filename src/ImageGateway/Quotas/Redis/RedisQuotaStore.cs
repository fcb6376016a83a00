using System.Collections.Concurrent;
using ImageGateway.Images;
using StackExchange.Redis;

namespace ImageGateway.Quotas.Redis;

/// <summary>
/// Counters in Redis, for gateways of many processes. Every call is part of one script, hence one atomic step at one server,
/// and known by the reservation's id.
/// <para>
/// The ledger is the truth. A tenant's counters are of a generation, which SQL keeps, and of a server, by its replication id,
/// which is new after every restart and failover. Where they are missing, older, or another server's, a script answers so and
/// does nothing; <see cref="CounterRebuild"/> then begins the next generation in SQL and after that builds them again from the
/// ledger, before anything is granted. All reservations go then, and this is right for each:
/// </para>
/// <para>
/// (1) One whose intent was durable before is open in the ledger and comes back under its id at its worst case, or is over and
/// in the settled sum. (2) One whose intent comes after has made no call. It reads the generation in SQL after its intent is
/// durable, sees that it is not the one it was granted under, and must ask again before its call (<see cref="CoverAsync"/>).
/// There is no third: where it reads the generation it was granted under, the next one began after its intent was durable, so
/// the rebuild found it. Asking again is granted only if all that the counters hold fits, since a rebuild may have put back
/// intents that nobody granted. So at every grant the counters hold all jobs that may call and the new one, and fit. A job asks
/// twice, to reserve and to settle, and once more only when counters were built in between.
/// </para>
/// <para>
/// A settlement that finds no reservation has nothing to do: what it would add is in the sum, or was put back as a reservation
/// that an audit settles from the ledger's entry, which is durable before it is settled here. None is counted twice, since
/// sums only grow by reservations that are there, and each is there once. A process that was taken for dead and closes its
/// job after all corrects the ledger; the counter stays at the worst case until it is built again.
/// </para>
/// <para>
/// A failover with asynchronous replication loses writes of its last moments; by the above that loses no grant. What an old
/// master grants while it does not know that it is none is of an older generation, and its jobs notice before their calls: a
/// generation is built at one server only. Minute buckets are not in the ledger: they stay as they are, or start full where Redis
/// has lost them. How many output tokens jobs in flight may use is not in it either: until they settle or ask again, a rebuilt limit of tokens holds none for them.
/// </para>
/// </summary>
/// <param name="link">The connection.</param>
/// <param name="history">The ledger.</param>
/// <param name="clock">The moment in Unix ms for tests; null: the server's.</param>
/// <param name="checks">False in the one test that shows what the check is for.</param>
internal sealed class RedisQuotaStore(RedisLink link, IQuotaHistory history, Func<long>? clock = null, bool checks = true) : IQuotaStore
{
    private const int Attempts = 5;

    // Longer than the lock of a rebuild whose process died.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, RedisTenant> _tenants = new();
    private readonly CounterRebuild _rebuild = new(link, history, clock);

    /// <summary>Settlements that wait for Redis.</summary>
    public LateSettlements Late { get; } = new();

    /// <summary>Tenants this process has had to do with.</summary>
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

    // A sum that nobody used yet is read of the ledger: who only looks makes no counters, of whichever user.
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

    /// <summary>Settles, or fails when Redis cannot be used.</summary>
    public async ValueTask<bool> SettleNowAsync(LateSettlement late)
    {
        var answer = await CallAsync(Of(late.Tenant), [], ["settle", late.Id, late.NanoUsd, late.OutputTokens is { } tokens ? tokens : "", late.IsBack ? 1 : 0]);
        return RedisAnswer.Number(answer, 2) == 1;
    }

    public long? GenerationOf(string tenant) => null;

    public async Task RenewAsync(string tenant) => Of(tenant).Saw(await history.NextGenerationAsync(tenant));

    /// <summary>Lets go of reservations that led to no call, and settles those whose job the ledger knows to be over.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="lease">How long a job may wait between its reservation and its first call.</param>
    /// <param name="quiet">How long a reservation is left alone.</param>
    public async Task AuditAsync(string tenant, TimeSpan lease, TimeSpan quiet)
    {
        var known = Of(tenant);
        var answer = await RunAsync(known, [], () => link.RunAsync(RedisScript.Audit, known.Keys, [clock?.Invoke() ?? 0, known.Generation, (long)lease.TotalMilliseconds, (long)quiet.TotalMilliseconds]));
        if (answer.Length == 2)
            return;
        var old = answer.Skip(2).Chunk(2).ToDictionary(job => (string)job[0]!, job => (long)job[1] == 1);
        // What is open is asked first: a job that closes meanwhile is found among those that are over.
        var open = await history.OpenAsync(old.Keys);
        var ended = await history.EndedAsync(old.Keys);
        foreach (var job in ended)
            await SettleNowAsync(new LateSettlement(tenant, job.Id, job.NanoUsd, job.OutputTokens));
        await LetGoAsync(tenant, [.. old.Where(job => job.Value).Select(job => job.Key).Except(open).Except(ended.Select(job => job.Id))]);
    }

    // A job may announce its call in this very moment. Under a new generation it notices, as it does when a store is lost; a
    // job without a ledger always asks again.
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
            // It may have been granted all the same, and nobody knows.
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
        // Where others build all the time, since many counters are new at once, waiting for them is no attempt.
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
