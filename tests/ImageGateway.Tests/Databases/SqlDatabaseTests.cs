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
}
