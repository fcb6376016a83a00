using System.Diagnostics;
using System.Text.Json.Nodes;
using ImageGateway.Benchmarks.Processes;
using ImageGateway.Chaos.Fleet;
using ImageGateway.SystemTests.Databases;
using ImageGateway.Tests.Databases;

namespace ImageGateway.Chaos.Load;

/// <summary>
/// One gateway with limits, Redis and PostgreSQL in front of a provider that answers at once; the gateway on a core of its own
/// where there are two, and all else, the load too, on the others, so that a generator at full speed takes nothing from it.
/// </summary>
internal sealed class LoadSystem : IAsyncDisposable
{
    public static readonly string Key = ImageGateway.Benchmarks.Proxy.Requests.KeyOf(0);

    private readonly ChildProcesses _children;

    private LoadSystem(ChildProcesses children, RedisServer redis, PostgresServer postgres, string database, Replica gateway) =>
        (_children, Redis, Postgres, Database, Gateway) = (children, redis, postgres, database, gateway);

    public RedisServer Redis { get; }

    public PostgresServer Postgres { get; }

    public string Database { get; }

    public Replica Gateway { get; }

    public int Port => Gateway.Url.Port;

    /// <summary>Starts it.</summary>
    /// <param name="requests">Requests that the gateway runs at once.</param>
    /// <param name="queued">Requests that wait for their turn.</param>
    public static async Task<LoadSystem> StartAsync(int requests, int queued)
    {
        var under = Pin();
        Environment.SetEnvironmentVariable("CHAOS_PROVIDER", "sk-chaos-0123456789abcdef0123456789abcdef");
        Environment.SetEnvironmentVariable("CHAOS_KEY", Key);
        var children = new ChildProcesses();
        var redis = new RedisServer();
        var postgres = await PostgresServer.StartAsync();
        var database = await postgres.NewDatabaseAsync();
        var port = FreePort.Next();
        children.Start(DotNet.Self("stub", $"{port}")).WaitUntilItListens(port, FleetSystem.Patience);
        var file = Path.Combine(children.Directory, "gateway.json");
        File.WriteAllText(file, Configuration(redis.ConnectionString, database, port, requests, queued).ToJsonString());
        var gateway = new Replica("gateway", file, RedisServer.FreePort(), children, under);
        gateway.Start();
        await gateway.ReadyAsync(FleetSystem.Patience);
        return new LoadSystem(children, redis, postgres, database, gateway);
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        _children.Dispose();
        Redis.Dispose();
        await Postgres.DisposeAsync();
    }

    // What this process starts inherits its cores.
    private static string[] Pin()
    {
        if (Environment.ProcessorCount < 2 || !OperatingSystem.IsLinux())
            return [];
        using var self = Process.GetCurrentProcess();
        self.ProcessorAffinity = (nint)(((1L << Environment.ProcessorCount) - 1) & ~1L);
        return ["taskset", "--cpu-list", "0"];
    }

    private static JsonObject Configuration(string redis, string database, int provider, int requests, int queued) => new()
    {
        ["ConnectionStrings"] = new JsonObject { [nameof(Redis)] = redis, [nameof(Database)] = database },
        [nameof(Gateway)] = new JsonObject
        {
            ["Overload"] = new JsonObject { ["Requests"] = requests, ["Queued"] = queued },
            ["Providers"] = new JsonObject
            {
                ["openai"] = new JsonObject { ["Kind"] = "OpenAI", ["BaseUrl"] = $"http://127.0.0.1:{provider}/v1", ["ApiKey"] = "env:CHAOS_PROVIDER", ["Lifecycle"] = "ignore", ["Models"] = new JsonArray("gpt-image-1") },
            },
            ["Routes"] = new JsonArray(new JsonObject { ["Name"] = "all" }),
            ["Tenants"] = new JsonObject
            {
                ["bench"] = new JsonObject
                {
                    ["Keys"] = new JsonArray(new JsonObject { ["Name"] = "bench", ["Secret"] = "env:CHAOS_KEY", ["Project"] = "bench" }),
                    ["Limits"] = new JsonObject { ["UsdPerMonth"] = 1_000_000_000, ["ImagesPerMinute"] = 1_000_000_000, ["RequestsPerMinute"] = 1_000_000_000 },
                    ["Projects"] = new JsonObject { ["bench"] = new JsonObject { ["Limits"] = new JsonObject { ["UsdPerDay"] = 1_000_000_000 } } },
                },
            },
        },
    };
}
