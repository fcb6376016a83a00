using System.Net;
using System.Text.Json.Nodes;
using ImageGateway.Database;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>PostgreSQL is stopped and started again under load.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const int Clients = 8;

    private PostgresServer _server = null!;
    private LedgerGateway _gateway = null!;

    public async Task InitializeAsync() => _server = await PostgresServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Jobs_are_refused_without_a_call_until_the_database_is_back()
    {
        _gateway = await LedgerGateway.StartAsync(await _server.NewDatabaseAsync());
        _gateway.Break(new() { DelayMilliseconds = 20 });
        await using (var load = new Load(_gateway, Clients, "before"))
        {
            await Until.TrueAsync(() => load.Count(HttpStatusCode.OK) > 20, "pictures");
            await _server.StopAsync();
            await Until.TrueAsync(() => load.Count(HttpStatusCode.ServiceUnavailable) > 20, "refusals");
        }
        // What was in flight is over: from here on nobody may be called.
        var calls = _gateway.Log.Total;
        await using (var load = new Load(_gateway, Clients, "without"))
            await Until.TrueAsync(() => load.Answers.Count > 100, "refusals");
        Assert.Equal(calls, _gateway.Log.Total);
        await using (var load = new Load(_gateway, Clients, "after"))
        {
            await _server.StartAgainAsync();
            await Until.TrueAsync(() => load.Count(HttpStatusCode.OK) > 20, "pictures again");
            await load.StopAsync();
            foreach (var (_, _, retryAfter, body) in load.Answers.Where(answer => answer.Status != HttpStatusCode.OK))
                Assert.Equal(("1", "store_unavailable"), (retryAfter, (string?)JsonNode.Parse(body)!["error"]!["code"]));
            await CheckAsync(load);
        }
        Assert.All(await Accounts.CheckAsync(_gateway), entry => Assert.Fail($"{entry.Entry.Text("end_user")} has an attempt without a call"));
        var refused = await _gateway.Ledger.EntriesAsync("error_code = 'store_unavailable'");
        Assert.NotEmpty(refused);
        Assert.All(refused, entry => Assert.Equal(("refused", 0), (entry.Text("status"), entry.Attempts.Count)));
    }

    [Fact]
    public async Task Jobs_go_on_with_a_spool_and_are_all_in_the_database_afterwards()
    {
        _gateway = await LedgerGateway.StartAsync(await _server.NewDatabaseAsync(), """ "OnLedgerFailure": "spool", """);
        await using var load = new Load(_gateway, Clients, "job");
        await Until.TrueAsync(() => load.Count(HttpStatusCode.OK) > 20, "pictures");
        for (var time = 0; time < 2; time++)
        {
            await _server.StopAsync();
            await Until.TrueAsync(() => _gateway.Writer.IsFailing, "the database is missed");
            var before = load.Answers.Count;
            await Until.TrueAsync(() => load.Answers.Count > before + 50, "pictures without a database");
            Assert.True(new FileInfo(Path.Combine(_gateway.Folder, "data", "ledger.spool")).Length > 0);
            await _server.StartAgainAsync();
            await Until.TrueAsync(() => !_gateway.Writer.IsFailing, "the database is back");
        }
        await load.StopAsync();
        Assert.Equal(load.Answers.Count, load.Count(HttpStatusCode.OK));
        await CheckAsync(load);
        Assert.Empty(await Accounts.CheckAsync(_gateway));
        Assert.Equal(0, new FileInfo(Path.Combine(_gateway.Folder, "data", "ledger.spool")).Length);
        Assert.Equal(_gateway.Log.Usage.OutputTokens, (await _gateway.Ledger.EntriesAsync("basis = 'usage'")).Sum(entry => entry.Number("image_output")));
    }

    // All leases end while nobody can renew them; the first to be back must not take the others for dead.
    [Fact]
    public async Task Processes_that_could_not_renew_are_given_time_to_do_so()
    {
        _gateway = await LedgerGateway.PrepareAsync(await _server.NewDatabaseAsync());
        using var folder = new TemporaryFolder();
        var (ledger, time) = (_gateway.Ledger, new Tests.ManualTime());
        await Migrations.ApplyAsync(ledger.Database, CancellationToken.None);
        await using var slow = await LedgerReplica.StartAsync(ledger, time, folder);
        var job = slow.Job();
        await LedgerReplica.BeginAsync(job, 100);
        await using var quick = await LedgerReplica.StartAsync(ledger, time, folder);
        await quick.RunLeaseAsync();
        await _server.StopAsync();
        time.Advance(LedgerReplica.Lease * 2);
        await Until.TrueAsync(() => quick.LeaseFailures > 0, "the lease cannot be renewed");
        await _server.StartAgainAsync();
        await quick.RenewedAsync(TimeSpan.FromSeconds(10));
        await quick.RenewedAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((1, 0), (await ledger.CountAsync("intents"), await ledger.CountAsync("entries")));
        await quick.RenewedAsync(LedgerReplica.Lease);
        Assert.Equal("abandoned", (await ledger.EntryAsync(job.Id)).Text("status"));
    }

    // Every answer has its one entry, and they add up.
    private async Task CheckAsync(Load load)
    {
        await _gateway.Writer.FlushAsync();
        var entries = (await _gateway.Ledger.EntriesAsync()).ToDictionary(entry => entry.Text("end_user")!);
        foreach (var (job, status, _, _) in load.Answers)
            Assert.Equal(status == HttpStatusCode.OK ? "completed" : "refused", entries[job].Text("status"));
        Assert.Equal(0, await _gateway.Ledger.CountAsync("intents"));
        await _gateway.Ledger.CheckSumsAsync();
    }
}
