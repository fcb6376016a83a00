using ImageGateway.Benchmarks.Processes;
using ImageGateway.SystemTests.Databases;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Chaos.Fleet;

/// <summary>What the run goes against: three gateways on one Redis Cluster and one PostgreSQL, in front of three providers.</summary>
internal sealed class FleetSystem : IAsyncDisposable
{
    private const int Gateways = 3;
    private const string ProviderKey = "sk-chaos-0123456789abcdef0123456789abcdef";

    /// <summary>How long a gateway may take to be ready, on a machine that is busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>True where PostgreSQL has a file system of its own that can be filled: root can mount one.</summary>
    public static bool HasSmallDisk => Environment.IsPrivilegedProcess;

    private readonly ChildProcesses _children;

    private FleetSystem(ChildProcesses children, RedisCluster redis, PostgresServer postgres, string database) =>
        (_children, Redis, Postgres, Database) = (children, redis, postgres, database);

    public RedisCluster Redis { get; }

    public PostgresServer Postgres { get; }

    /// <summary>The ledger's connection string.</summary>
    public string Database { get; }

    public required IReadOnlyList<Provider> Providers { get; init; }

    public required IReadOnlyList<Replica> Replicas { get; init; }

    public required GatewayFile File { get; init; }

    /// <summary>Starts all of it; the gateways one after the other, since the first makes the ledger's tables.</summary>
    public static async Task<FleetSystem> StartAsync(Tenancy tenancy)
    {
        foreach (var key in Tenancy.All)
            Environment.SetEnvironmentVariable(Tenancy.Variable(key), key.Secret);
        Environment.SetEnvironmentVariable("CHAOS_PROVIDER", ProviderKey);
        var children = new ChildProcesses();
        var redis = new RedisCluster();
        var postgres = await PostgresServer.StartAsync(HasSmallDisk ? "1g" : null);
        var database = await postgres.NewDatabaseAsync();
        var providers = new[] { "north", "east", "west" }.Select(name => Provider.Start(name, children)).ToList();
        var file = new GatewayFile(Path.Combine(children.Directory, "gateway.json"), redis.ConnectionString, database, providers, tenancy);
        file.Write();
        var replicas = Enumerable.Range(1, Gateways).Select(i => new Replica($"gateway{i}", file.FullPath, RedisServer.FreePort(), children)).ToList();
        var fleet = new FleetSystem(children, redis, postgres, database) { Providers = providers, Replicas = replicas, File = file };
        foreach (var replica in replicas)
        {
            replica.Start();
            await replica.ReadyAsync(Patience);
        }
        return fleet;
    }

    /// <summary>Copies the gateways' logs.</summary>
    public void KeepLogs(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var log in Replicas.SelectMany(replica => replica.Logs))
            System.IO.File.Copy(log, Path.Combine(folder, Path.GetFileName(log)), overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas)
            replica.Dispose();
        foreach (var provider in Providers)
            provider.Dispose();
        _children.Dispose();
        Redis.Dispose();
        await Postgres.DisposeAsync();
    }
}
