using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Quotas.Redis;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Tests.Quotas.Redis;

/// <summary>A Redis that is slow, wrong or gone: a refusal within a second, never an overspend, and back without a restart.</summary>
[Collection(RedisCollection.Name)]
public sealed class RedisFailureTests : IDisposable
{
    private const string Tenant = "acme";

    private readonly RedisServer _redis = new();
    private readonly FakeLedger _ledger = new();

    public void Dispose() => _redis.Dispose();

    [Fact]
    public async Task Slow_server_is_given_up_soon_and_what_it_did_late_is_undone()
    {
        using var link = await RedisLink.ConnectAsync(_redis.ConnectionString);
        var store = new RedisQuotaStore(link, _ledger);
        await store.ReserveAsync(Tenant, "a", [Use(4)]);
        using (_redis.Freeze())
        {
            var clock = Stopwatch.StartNew();
            await RefusedAsync(() => store.ReserveAsync(Tenant, "b", [Use(4)]));
            Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
            Assert.True(link.IsOpen);
            // From now on nobody waits for it at all.
            for (var i = 0; i < 1000; i++)
            {
                var refused = store.ReserveAsync(Tenant, $"c{i}", [Use(1)]);
                Assert.True(refused.IsFaulted);
                await RefusedAsync(() => refused);
            }
            Assert.False(await store.SettleAsync(Tenant, "a", 3, 0));
        }
        await PatientlyAsync(link, () => store.Late.RunAsync(store.SettleNowAsync));
        await PatientlyAsync(link, async () => Assert.Equal([new CounterState(3, 0)], await store.ReadAsync(Tenant, [Use(0)])));
    }

    [Fact]
    public async Task Server_that_answers_with_errors_refuses_and_is_not_given_up()
    {
        using var link = await PatientAsync();
        var store = new RedisQuotaStore(link, _ledger);
        _redis.Command("SET igw:{acme}:counters text");
        await RefusedAsync(() => store.ReserveAsync(Tenant, "a", [Use(4)]));
        Assert.False(link.IsOpen);
        _redis.Command("DEL igw:{acme}:counters");
        _redis.Command("CONFIG SET maxmemory 1");
        await RefusedAsync(() => store.ReserveAsync(Tenant, "b", [Use(4)]));
        _redis.Command("CONFIG SET maxmemory 0");
        Assert.True((await store.ReserveAsync(Tenant, "c", [Use(10)])).IsGranted);
    }

    [Fact]
    public async Task Server_that_answers_with_garbage_refuses()
    {
        using var garbage = new TcpListener(IPAddress.Loopback, 0);
        garbage.Start();
        using var stop = new CancellationTokenSource();
        var serving = ServeGarbageAsync(garbage, stop.Token);
        using (var link = await RedisLink.ConnectAsync($"127.0.0.1:{((IPEndPoint)garbage.LocalEndpoint).Port}"))
        {
            var store = new RedisQuotaStore(link, _ledger);
            for (var i = 0; i < 3; i++)
                await RefusedAsync(() => store.ReserveAsync(Tenant, "a", [Use(4)]));
            Assert.False(await link.ProbeAsync());
        }
        await stop.CancelAsync();
        await serving;
    }

    // What is on the disk is not believed: it may lack the last writes. Jobs that the ledger has open keep what they hold.
    [Fact]
    public async Task Server_that_was_killed_is_found_again_and_its_counters_are_built_from_the_ledger()
    {
        using var link = await RedisLink.ConnectAsync(_redis.ConnectionString);
        var store = new RedisQuotaStore(link, _ledger);
        long? first = null;
        foreach (var (id, amount) in ((string, long)[])[("over", 2), ("open", 3), ("unannounced", 4)])
            first = (await store.ReserveAsync(Tenant, id, [Use(amount)])).Generation;
        _ledger.Intend("over", 2, [Use(2)]);
        await store.SettleAsync(Tenant, "over", 1, 0);
        _ledger.Close("over", 1);
        _ledger.Intend("open", 3, [Use(3)]);
        _redis.Kill();
        var clock = Stopwatch.StartNew();
        await RefusedAsync(() => store.ReserveAsync(Tenant, "b", [Use(4)]));
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
        Assert.False(await store.SettleAsync(Tenant, "open", 2, 0));
        _redis.Start();
        await BackAsync(link);
        Assert.Equal(new CounterState(1, 3), (await store.ReadAsync(Tenant, [Use(0)]))[0]);
        // The job without an intent sees that it has to ask again before its call, and there is room.
        var generation = _ledger.Intend("unannounced", 4, [Use(4)]);
        Assert.NotEqual(first, generation);
        Assert.True((await store.CoverAsync(Tenant, "unannounced", [Use(4)], generation)).IsGranted);
        Assert.False((await store.ReserveAsync(Tenant, "c", [Use(3)])).IsGranted);
        await store.Late.RunAsync(store.SettleNowAsync);
        await store.Late.RunAsync(store.SettleNowAsync);
        Assert.Equal(new CounterState(3, 4), (await store.ReadAsync(Tenant, [Use(0)]))[0]);
    }

    [Fact]
    public async Task Counters_older_than_the_ledgers_generation_are_built_again()
    {
        using var link = await PatientAsync();
        var store = new RedisQuotaStore(link, _ledger);
        await store.ReserveAsync(Tenant, "a", [Use(4)]);
        _ledger.Intend("emergency", 5, [Use(5)]);
        await store.RenewAsync(Tenant);
        Assert.Equal([new CounterState(0, 5)], await store.ReadAsync(Tenant, [Use(0)]));
    }

    [Fact]
    public async Task Audit_lets_go_of_what_led_to_no_call_and_settles_what_the_ledger_knows_to_be_over()
    {
        using var link = await PatientAsync();
        var store = new RedisQuotaStore(link, _ledger);
        foreach (var id in (string[])["uncalled", "running", "over"])
            await store.ReserveAsync(Tenant, id, [Use(3)]);
        foreach (var id in (string[])["running", "over"])
        {
            _ledger.Intend(id, 3, [Use(3)]);
        }
        _ledger.Close("over", 1);
        await store.AuditAsync(Tenant, TimeSpan.Zero, TimeSpan.Zero);
        Assert.Equal([new CounterState(1, 3)], await store.ReadAsync(Tenant, [Use(0)]));
    }

    // The store is emptied and built again between a job's reservation and its intent, and its room is given to another.
    [Fact]
    public async Task Job_whose_room_was_given_away_before_its_intent_makes_no_call()
    {
        using var link = await PatientAsync();
        var (store, other) = (new RedisQuotaStore(link, _ledger), new RedisQuotaStore(link, _ledger));
        var granted = await store.ReserveAsync(Tenant, "a", [Use(6)]);
        _redis.Command("FLUSHALL");
        var taken = await other.ReserveAsync(Tenant, "b", [Use(6)]);
        Assert.Equal(taken.Generation, _ledger.Intend("b", 6, [Use(6)]));
        var generation = _ledger.Intend("a", 6, [Use(6)]);
        Assert.NotEqual(granted.Generation, generation);
        Assert.False((await store.CoverAsync(Tenant, "a", [Use(6)], generation)).IsGranted);
        // Nor when it is emptied once more, and built from both intents.
        _redis.Command("FLUSHALL");
        Assert.Equal([new CounterState(0, 12)], await other.ReadAsync(Tenant, [Use(0)]));
        Assert.False((await store.CoverAsync(Tenant, "a", [Use(6)], generation)).IsGranted);
    }

    // A first call's intent is known to the rebuild, what was added for the second is not.
    [Fact]
    public async Task What_a_rebuild_did_not_know_of_a_job_is_held_again_when_it_asks()
    {
        using var link = await PatientAsync();
        var store = new RedisQuotaStore(link, _ledger);
        await store.ReserveAsync(Tenant, "a", [Use(3)]);
        _ledger.Intend("a", 3, [Use(3)]);
        Assert.True((await store.CoverAsync(Tenant, "a", [Use(8)], 0)).IsGranted);
        _redis.Command("FLUSHALL");
        Assert.Equal([new CounterState(0, 3)], await store.ReadAsync(Tenant, [Use(0)]));
        Assert.True((await store.CoverAsync(Tenant, "a", [Use(8)], 0)).IsGranted);
        Assert.Equal([new CounterState(0, 8)], await store.ReadAsync(Tenant, [Use(0)]));
    }

    internal static CounterUse Use(long amount, long most = 10) =>
        new("tenant:acme", new Limit(LimitKind.ByWord["usd_total"], most, null), amount, DateTimeOffset.UnixEpoch);

    internal static async Task BackAsync(RedisLink link)
    {
        for (var clock = Stopwatch.StartNew(); !await link.ProbeAsync(); await Task.Delay(20))
            Assert.InRange(clock.ElapsedMilliseconds, 0, 10_000);
    }

    // As those do who settle late: a server that is back may be slow once more, on a busy machine.
    private static async Task PatientlyAsync(RedisLink link, Func<Task> run)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            await BackAsync(link);
            try
            {
                await run();
                return;
            }
            catch (GatewayException e) when (e.Error.Kind == ErrorKind.StoreUnavailable && clock.ElapsedMilliseconds < 10_000)
            {
            }
        }
    }

    // Where it is not the time that matters: a busy machine may take longer than the 250 ms that a call has.
    private Task<RedisLink> PatientAsync() => RedisLink.ConnectAsync(_redis.ConnectionString, TimeSpan.FromSeconds(10));

    private static async Task RefusedAsync(Func<ValueTask<QuotaAnswer>> call)
    {
        var refusal = await Assert.ThrowsAsync<GatewayException>(async () => await call());
        Assert.Equal((ErrorKind.StoreUnavailable, true), (refusal.Error.Kind, refusal.Error.RetryAfter > TimeSpan.Zero));
    }

    private static async Task ServeGarbageAsync(TcpListener listener, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                await client.GetStream().WriteAsync(new Random(1).Bytes(4096), stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The test is over.
        }
    }
}
