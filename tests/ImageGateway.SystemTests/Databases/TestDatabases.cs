using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Databases;

/// <summary>Makes empty databases of one kind for the tests of a class, which is run for each kind.</summary>
public abstract class TestDatabases : IAsyncLifetime
{
    /// <summary>A new, empty database; its connection string.</summary>
    public abstract Task<string> NewAsync();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync() => Task.CompletedTask;
}

/// <summary>SQLite files in a folder of their own.</summary>
public sealed class SqliteDatabases : TestDatabases
{
    private readonly TemporaryFolder _folder = new();

    public override Task<string> NewAsync() => Task.FromResult($"Data Source={Path.Combine(_folder.Path, $"{Guid.NewGuid():N}.db")}");

    public override Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>Databases of one PostgreSQL server, which all tests share that do not stop it; it ends with the test run.</summary>
public sealed class PostgresDatabases : TestDatabases
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(() => PostgresServer.StartAsync());

    /// <summary>The server.</summary>
    public static Task<PostgresServer> ServerAsync() => Shared.Value;

    public override Task InitializeAsync() => ServerAsync();

    public override async Task<string> NewAsync() => await (await ServerAsync()).NewDatabaseAsync();
}
