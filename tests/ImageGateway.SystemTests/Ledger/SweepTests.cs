using ImageGateway.Database;
using ImageGateway.Ledger;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>Jobs whose process is gone are closed by another, once and with all their calls.</summary>
public abstract class SweepTests(TestDatabases databases) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private LedgerReader _ledger = null!;

    public async Task InitializeAsync()
    {
        _ledger = new LedgerReader(await databases.NewAsync());
        await Migrations.ApplyAsync(_ledger.Database, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _ledger.CheckSumsAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Job_is_left_alone_while_its_process_renews_and_closed_when_the_lease_has_ended()
    {
        await using var silent = await StartAsync();
        var job = silent.Job();
        await LedgerReplica.BeginAsync(job, 100);
        await using var other = await StartAsync();
        await other.RunLeaseAsync();
        await other.RenewedAsync(LedgerReplica.Lease - TimeSpan.FromMilliseconds(1));
        Assert.Equal((1, 0), (await _ledger.CountAsync("intents"), await _ledger.CountAsync("entries")));
        await other.RenewedAsync(TimeSpan.FromSeconds(10));
        var entry = await _ledger.EntryAsync(job.Id);
        Assert.Equal(("abandoned", "abandoned"), entry.End);
        Assert.Equal((100, "estimate"), entry.Charge);
        Assert.Equal(0, await _ledger.CountAsync("intents"));
    }

    [Fact]
    public async Task Abandoned_job_has_every_call_those_that_ended_as_they_ended()
    {
        var gone = await StartAsync();
        var job = gone.Job(markup: 1.25m);
        (await LedgerReplica.BeginAsync(job, 101)).Fail("upstream_error", mayBill: false);
        LedgerReplica.Answer(await LedgerReplica.BeginAsync(job, 103, "east/gpt-image-1"), 11, 272);
        await LedgerReplica.BeginAsync(job, 1_000_001, "east/gpt-image-1");
        await SweptAsync();
        var entry = await _ledger.EntryAsync(job.Id);
        Assert.Equal([0, 11, 1_000_001], entry.Attempts.Select(attempt => (long)attempt["charge"]!));
        Assert.Equal([true, true, false], entry.Attempts.Select(attempt => (bool)attempt["ended"]!));
        // 1.25 times 1 000 012, to the nano-USD.
        Assert.Equal((1_000_012, 1_000_012, 1_250_015), entry.Amounts);
        Assert.Equal(272, entry.Tokens.Output);
        await gone.DisposeAsync();
    }

    [Fact]
    public async Task Process_that_was_alive_after_all_corrects_what_it_was_charged()
    {
        await using var silent = await StartAsync();
        var job = silent.Job(n: 2);
        LedgerReplica.Answer(await LedgerReplica.BeginAsync(job, 100), 60, 272);
        var second = await LedgerReplica.BeginAsync(job, 100);
        await SweptAsync();
        LedgerReplica.Answer(second, 61, 272);
        job.Complete();
        await silent.CloseAsync(job);
        await silent.CloseAsync(job);
        var (entry, correction) = (await _ledger.EntryAsync(job.Id), Assert.Single(await _ledger.EntriesAsync("corrects IS NOT NULL")));
        Assert.Equal((160L, -39L), (entry.Number("charge"), correction.Number("charge")));
        Assert.Equal(("completed", job.Id), (correction.Text("status"), correction.Text("corrects")));
        // Together they are what happened.
        Assert.Equal((2L, 544L), (entry.Tokens.Text + correction.Tokens.Text, entry.Tokens.Output + correction.Tokens.Output));
        Assert.Equal(0, await _ledger.CountAsync("intents"));
    }

    [Fact]
    public async Task Job_that_was_taken_for_abandoned_and_is_then_abandoned_has_its_later_call()
    {
        await using var silent = await StartAsync();
        var job = silent.Job();
        (await LedgerReplica.BeginAsync(job, 100)).Fail("upstream_error", mayBill: false);
        await SweptAsync();
        await LedgerReplica.BeginAsync(job, 70);
        await SweptAsync();
        Assert.Equal(70, (await _ledger.EntriesAsync()).Sum(entry => entry.Number("charge")));
        Assert.Equal(0, await _ledger.CountAsync("intents"));
    }

    [Fact]
    public async Task Thousands_of_jobs_are_closed_whole()
    {
        await using var gone = await StartAsync();
        var jobs = Enumerable.Range(0, 700).Select(_ => gone.Job(n: 3)).ToList();
        for (var call = 0; call < 3; call++)
            await Task.WhenAll(jobs.Select(job => LedgerReplica.BeginAsync(job, 10)));
        await SweptAsync();
        var entries = await _ledger.EntriesAsync();
        Assert.Equal(700, entries.Count);
        Assert.All(entries, entry => Assert.Equal((30, 3), (entry.Number("charge"), entry.Attempts.Count)));
    }

    [Fact]
    public async Task Replicas_that_sweep_at_once_close_each_job_once()
    {
        await using var gone = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => LedgerReplica.BeginAsync(gone.Job(), 10)));
        _time.Advance(LedgerReplica.Lease * 2);
        var closed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var connection = _ledger.Database.Open();
            using var store = new LedgerStore(connection);
            return store.Sweep(_time.Now.ToUnixTimeMilliseconds()).Count;
        })));
        Assert.Equal(200, closed.Sum());
        Assert.Equal((200, 0), (await _ledger.CountAsync("entries"), await _ledger.CountAsync("intents")));
    }

    [Fact]
    public async Task Replicas_that_sweep_while_their_owner_closes_do_not_wait_for_each_other()
    {
        await using var silent = await StartAsync();
        var jobs = Enumerable.Range(0, 300).Select(_ => silent.Job()).ToList();
        await Task.WhenAll(jobs.Select(job => LedgerReplica.BeginAsync(job, 10)));
        _time.Advance(LedgerReplica.Lease * 2);
        var sweep = Task.Run(() =>
        {
            using var connection = _ledger.Database.Open();
            using var store = new LedgerStore(connection);
            return store.Sweep(_time.Now.ToUnixTimeMilliseconds());
        });
        foreach (var job in Enumerable.Reverse(jobs))
        {
            job.Attempts[0].Fail("upstream_error", mayBill: false);
            await silent.Ledger.CloseAsync(job);
        }
        await sweep;
        await silent.Ledger.FlushAsync();
        Assert.False(silent.IsFailing);
        Assert.Equal((300, 0), (await _ledger.EntriesAsync("corrects IS NULL") is { } entries ? entries.Count : 0, await _ledger.CountAsync("intents")));
        Assert.Equal(0, (await _ledger.EntriesAsync()).Sum(entry => entry.Number("charge")));
    }

    [Fact]
    public async Task Process_that_stops_in_order_leaves_no_lease()
    {
        await using (var replica = await StartAsync())
            await replica.RunLeaseAsync();
        Assert.Equal(0, await _ledger.CountAsync("leases"));
    }

    [Fact]
    public async Task Retention_deletes_entries_and_keeps_their_sums()
    {
        await using var replica = await StartAsync(retention: TimeSpan.FromDays(30));
        var old = replica.Job();
        LedgerReplica.Answer(await LedgerReplica.BeginAsync(old, 10), 7, 272);
        old.Complete();
        await replica.CloseAsync(old);
        await _ledger.CheckSumsAsync();
        _time.Advance(TimeSpan.FromDays(30));
        var young = replica.Job();
        await replica.CloseAsync(young);
        _time.Advance(TimeSpan.FromSeconds(1));
        await replica.RunLeaseAsync();
        await Until.TrueAsync(async () => (await _ledger.EntriesAsync()).Count == 1, "the old entry is gone");
        Assert.Equal(young.Id, (await _ledger.EntriesAsync())[0].Id);
        Assert.Equal((2, 2), (await _ledger.CountAsync("usage_hours"), await _ledger.CountAsync("usage_days")));
        // What the sums have of it cannot be added up any more.
        await _ledger.ExecuteAsync("DELETE FROM usage_hours WHERE charge = 7");
        await _ledger.ExecuteAsync("DELETE FROM usage_days WHERE charge = 7");
    }

    private Task<LedgerReplica> StartAsync(TimeSpan? retention = null) => LedgerReplica.StartAsync(_ledger, _time, _folder, retention);

    // All leases end, and another process sees it.
    private async Task SweptAsync()
    {
        _time.Advance(LedgerReplica.Lease * 2);
        await using var other = await StartAsync();
        await other.RunLeaseAsync();
        await Until.TrueAsync(async () => await _ledger.CountAsync("intents") == 0, "the sweep");
    }
}

public sealed class SqliteSweepTests(SqliteDatabases databases) : SweepTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresSweepTests(PostgresDatabases databases) : SweepTests(databases), IClassFixture<PostgresDatabases>;
