using System.Globalization;
using Dapper;
using ImageGateway.Database;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>The schema is brought up to date at start, by one program at a time, and never down.</summary>
public abstract class MigrationTests(TestDatabases databases)
{
    private protected TestDatabases Databases => databases;

    [Fact]
    public async Task Programs_that_start_at_once_apply_each_script_once()
    {
        var ledger = new LedgerReader(await databases.NewAsync());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Migrations.ApplyAsync(ledger.Database, CancellationToken.None))));
        await using var connection = await ledger.Database.OpenAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, Migrations.Latest), await connection.QueryAsync<int>("SELECT version FROM schema_version ORDER BY version"));
        Assert.Equal(0, await ledger.CountAsync("entries"));
    }

    [Fact]
    public async Task Gateways_that_start_at_once_both_serve()
    {
        var database = await databases.NewAsync();
        var gateways = await Task.WhenAll(LedgerGateway.StartAsync(database), LedgerGateway.StartAsync(database));
        foreach (var gateway in gateways)
        {
            using var response = await gateway.GenerateAsync();
            Assert.Equal("completed", (await gateway.EntryAsync(response)).Text("status"));
        }
        Assert.Equal(2, await gateways[0].Ledger.CountAsync("leases"));
        foreach (var gateway in gateways)
            await gateway.DisposeAsync();
    }

    [Fact]
    public async Task Database_of_a_newer_version_is_refused()
    {
        var ledger = new LedgerReader(await databases.NewAsync());
        await Migrations.ApplyAsync(ledger.Database, CancellationToken.None);
        var newer = (Migrations.Latest + 1).ToString(CultureInfo.InvariantCulture);
        await ledger.ExecuteAsync($"INSERT INTO schema_version (version) VALUES ({newer})");
        await RefusedAsync(ledger.ConnectionString, $"schema version {newer}", $"knows up to {Migrations.Latest}");
        Assert.Equal(Migrations.Latest + 1, await ledger.CountAsync("schema_version"));
    }

    /// <summary>The gateway, as an operator starts it, says so and ends with 1.</summary>
    private protected static async Task RefusedAsync(string database, params string[] words)
    {
        using var folder = new TemporaryFolder();
        var file = LedgerGateway.Configuration(folder, database, "http://127.0.0.1:1");
        using var gateway = GatewayProcess.Start(folder.Path, ["--config", file, "--urls", "http://127.0.0.1:0"]);
        Assert.Equal(1, await gateway.ExitCodeAsync());
        var line = Assert.Single(gateway.Errors);
        Assert.StartsWith("ConnectionStrings:Database: ", line);
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.DoesNotContain("secret-word", line, StringComparison.Ordinal);
    }
}

public sealed class SqliteMigrationTests(SqliteDatabases databases) : MigrationTests(databases), IClassFixture<SqliteDatabases>
{
    [Fact]
    public async Task File_that_is_no_database_is_refused()
    {
        using var folder = new TemporaryFolder();
        await RefusedAsync($"Data Source={folder.Write("other.db", new string('x', 10_000))}", "cannot be used");
    }
}

public sealed class PostgresMigrationTests(PostgresDatabases databases) : MigrationTests(databases), IClassFixture<PostgresDatabases>
{
    [Fact]
    public async Task Database_that_commits_without_the_disk_is_refused()
    {
        var database = await Databases.NewAsync();
        var name = new Npgsql.NpgsqlConnectionStringBuilder(database).Database;
        await (await PostgresDatabases.ServerAsync()).ExecuteAsync($"ALTER DATABASE {name} SET synchronous_commit = off");
        await RefusedAsync(database, "synchronous_commit=off");
    }

    [Fact]
    public async Task Server_without_fsync_is_refused()
    {
        await using var server = await PostgresServer.StartAsync();
        await server.ExecuteAsync("ALTER SYSTEM SET fsync = off");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        var database = await server.NewDatabaseAsync();
        await Until.TrueAsync(async () => await server.ScalarAsync("SHOW fsync") is "off", "fsync is off");
        await RefusedAsync(database, "fsync=off");
    }

    [Fact]
    public async Task Server_that_is_not_there_is_named_without_its_password() =>
        await RefusedAsync("Host=127.0.0.1;Port=1;Database=none;Username=x;Password=secret-word", "127.0.0.1");
}
