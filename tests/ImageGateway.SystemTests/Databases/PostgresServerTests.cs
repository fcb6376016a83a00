using Npgsql;

namespace ImageGateway.SystemTests.Databases;

/// <summary>The server that other tests rely on.</summary>
public sealed class PostgresServerTests
{
    [Fact]
    public async Task Server_stopped_and_started_again_has_what_was_committed()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.NewDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await source.CreateCommand("CREATE TABLE kept AS SELECT 7 AS number").ExecuteNonQueryAsync();
        await server.StopAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => source.CreateCommand("SELECT 1").ExecuteNonQueryAsync());
        await server.StartAgainAsync();
        Assert.Equal(7, await source.CreateCommand("SELECT number FROM kept").ExecuteScalarAsync());
    }

    [Fact]
    public async Task Server_writes_to_the_disk_at_every_commit()
    {
        await using var source = NpgsqlDataSource.Create(await (await PostgresDatabases.ServerAsync()).NewDatabaseAsync());
        Assert.Equal("on", await source.CreateCommand("SHOW fsync").ExecuteScalarAsync());
        Assert.Equal("on", await source.CreateCommand("SHOW synchronous_commit").ExecuteScalarAsync());
    }
}
