using ImageGateway.Configuration;
using ImageGateway.Database;
using Npgsql;

namespace ImageGateway.Tests.Databases;

/// <summary>What a connection string says, and what it need not say.</summary>
public sealed class SqlDatabaseTests
{
    [Theory]
    [InlineData("Host=db", 3, 15)]
    [InlineData("Server=db;Timeout=7", 7, 15)]
    [InlineData("Host=db;commandtimeout=60;Application Name=mine", 3, 60)]
    public void Postgres_that_hangs_holds_jobs_for_seconds_unless_told_otherwise(string connectionString, int connect, int command)
    {
        var mistakes = new Mistakes("ConnectionStrings");
        using var connection = SqlDatabase.Create(connectionString, "/", mistakes)!.Connection();
        Assert.Empty(mistakes.All);
        var postgres = Assert.IsType<NpgsqlConnection>(connection);
        var parts = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        Assert.Equal((connect, command), (postgres.ConnectionTimeout, postgres.CommandTimeout));
        Assert.Equal(GssEncryptionMode.Disable, parts.GssEncryptionMode);
        Assert.Equal(connectionString.Contains("mine", StringComparison.Ordinal) ? "mine" : "ImageGateway", parts.ApplicationName);
    }

    // SQLite's own time-out looks again after a whole second. A busy machine may be slow once, but not five times.
    [Fact]
    public async Task Sqlite_connection_that_waits_for_another_one_goes_on_within_milliseconds()
    {
        using var folder = new TemporaryFolder();
        var database = SqlDatabase.Create("Data Source=ledger.db", folder.Path, new Mistakes("ConnectionStrings"))!;
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            await using var writing = await database.OpenAsync(default);
            var first = await writing.BeginTransactionAsync();
            using var waits = new ManualResetEventSlim();
            var waiting = Task.Run(() =>
            {
                using var connection = database.Open();
                waits.Set();
                using var second = connection.BeginTransaction();
                return TimeProvider.System.GetTimestamp();
            });
            waits.Wait();
            await Task.Delay(50); // it is refused at least once
            var released = TimeProvider.System.GetTimestamp();
            await first.DisposeAsync();
            var waited = TimeProvider.System.GetElapsedTime(released, await waiting);
            fastest = waited < fastest ? waited : fastest;
        }
        Assert.InRange(fastest, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }
}
