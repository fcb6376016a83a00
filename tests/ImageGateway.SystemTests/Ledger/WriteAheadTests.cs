using System.Data.Common;
using Dapper;
using ImageGateway.Database;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>No call is made before its intent is in the database.</summary>
public abstract class WriteAheadTests(TestDatabases databases)
{
    [Fact]
    public async Task Call_waits_until_the_database_has_its_intent()
    {
        await using var gateway = await LedgerGateway.StartAsync(await databases.NewAsync());
        await using var connection = await gateway.Ledger.Database.OpenAsync(CancellationToken.None);
        await LockAsync(gateway.Ledger.Database, connection);
        var answer = gateway.GenerateAsync();
        await Until.TrueAsync(() => gateway.Writer.Queued > 0, "the intent waits for the database");
        Assert.Equal(0, gateway.Log.Total);
        await connection.ExecuteAsync("ROLLBACK");
        using var response = await answer;
        Assert.Equal("completed", (await gateway.EntryAsync(response)).Text("status"));
        Assert.Equal(1, gateway.Log.Total);
    }

    [Fact]
    public async Task Call_in_flight_is_in_the_database_with_its_worst_case()
    {
        await using var gateway = await LedgerGateway.StartAsync(await databases.NewAsync());
        gateway.Break(new() { Hang = true });
        using var leaving = new CancellationTokenSource();
        var answer = gateway.GenerateAsync(job => job["model"] = "east/gpt-image-1", cancellationToken: leaving.Token);
        await Until.TrueAsync(() => gateway.Log.Total == 1, "the call");
        var intent = Assert.Single(await gateway.Ledger.IntentsAsync());
        var attempt = Assert.Single(intent.Attempts);
        var worst = (long)(Prices.Gpt(5, 0, 272) * LedgerGateway.EastFactor);
        Assert.Equal(("east/gpt-image-1", false, worst, worst), (attempt.Target, attempt.Ended, attempt.Charge, intent.WorstCase));
        Assert.Equal(("acme", "web", "low"), (intent.Tenant, intent.Project, intent.Quality));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal(intent.Id, (await gateway.Ledger.OnlyEntryAsync()).Id);
    }

    [Fact]
    public async Task Second_attempt_has_an_intent_that_knows_the_first()
    {
        await using var gateway = await LedgerGateway.StartAsync(await databases.NewAsync());
        gateway.Break(new() { Status = 500 }, "west");
        gateway.Break(new() { Hang = true }, "east");
        using var leaving = new CancellationTokenSource();
        var answer = gateway.GenerateAsync(job => job["model"] = "gpt-image-1", cancellationToken: leaving.Token);
        await Until.TrueAsync(() => gateway.Log.Total == 2, "both calls");
        var intents = await gateway.Ledger.IntentsAsync();
        Assert.Equal([1, 2], intents.Select(intent => intent.Attempts.Count));
        Assert.Equal([("west/gpt-image-1", true, 0L), ("east/gpt-image-1", false, Prices.Gpt(5, 0, 272) * 8 / 10)], intents[1].Attempts.Select(attempt => (attempt.Target, attempt.Ended, attempt.Charge)));
        // The first costs nothing, and what both may cost was never held together.
        Assert.All(intents, intent => Assert.Equal(Prices.Gpt(5, 0, 272), intent.WorstCase));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await gateway.Ledger.OnlyEntryAsync();
    }

    // Writers wait; they do not fail.
    private static async Task LockAsync(SqlDatabase database, DbConnection connection) =>
        await connection.ExecuteAsync(database.IsPostgres ? "BEGIN; LOCK TABLE intents IN EXCLUSIVE MODE" : "BEGIN IMMEDIATE");
}

public sealed class SqliteWriteAheadTests(SqliteDatabases databases) : WriteAheadTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresWriteAheadTests(PostgresDatabases databases) : WriteAheadTests(databases), IClassFixture<PostgresDatabases>
{
    private readonly PostgresDatabases _databases = databases;

    [Fact]
    public async Task Record_that_the_database_does_not_take_does_not_stop_the_others()
    {
        using var folder = new TemporaryFolder();
        var ledger = new LedgerReader(await _databases.NewAsync());
        await Migrations.ApplyAsync(ledger.Database, CancellationToken.None);
        await using var replica = await LedgerReplica.StartAsync(ledger, new Tests.ManualTime(), folder);
        var (bad, good) = (replica.Job(tenant: "a\0b"), replica.Job());
        await replica.Ledger.CloseAsync(bad);
        await replica.CloseAsync(good);
        Assert.Equal(good.Id, (await ledger.OnlyEntryAsync()).Id);
        await Assert.ThrowsAsync<ImageGateway.Images.GatewayException>(() => LedgerReplica.BeginAsync(replica.Job(tenant: "a\0b"), 10));
        Assert.False(replica.IsFailing);
    }
}
