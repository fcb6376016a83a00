using System.Diagnostics;
using System.Globalization;

namespace ImageGateway.Tests.Databases;

/// <summary>A Redis Cluster of the tests' own: three masters, each with a replica.</summary>
public sealed class RedisCluster : IDisposable
{
    private const int Masters = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    // A replica that has heard nothing from its master for long may still take its place: the tests mean it to lack writes.
    private static readonly string[] Options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1500", "--cluster-replica-validity-factor", "0", "--cluster-require-full-coverage", "no", "--repl-diskless-sync-delay", "0"];

    private readonly List<RedisServer> _nodes = [];

    public RedisCluster()
    {
        for (var i = 0; i < 2 * Masters; i++)
            _nodes.Add(new RedisServer(Options));
        Run("redis-cli", ["--cluster", "create", .. _nodes.Select(node => node.ConnectionString), "--cluster-replicas", "1", "--cluster-yes"]);
        Wait(() => _nodes.TrueForAll(node => node.Command("CLUSTER INFO").StartsWith("cluster_state:ok", StringComparison.Ordinal)), "the cluster is up");
        Wait(() => _nodes.TrueForAll(node => node.Command("CLUSTER NODES").Split('\n').Count(line => line.Split(' ') is [_, _, var flags, ..] && flags.Contains("slave", StringComparison.Ordinal)) == Masters), "every node knows the replicas");
        Wait(() => _nodes.Count(node => node.Command("INFO replication").Contains("master_link_status:up", StringComparison.Ordinal)) == Masters, "the replicas are in step");
    }

    public string ConnectionString => string.Join(',', _nodes.Select(node => node.ConnectionString));

    /// <summary>Empties all shards.</summary>
    public void Flush()
    {
        foreach (var node in _nodes)
            node.Command("FLUSHALL");
    }

    /// <summary>The master of a key and its replica.</summary>
    public (RedisServer Master, RedisServer Replica) Of(string key)
    {
        var live = _nodes.Find(node => node.Answers())!;
        var slot = int.Parse(live.Command($"CLUSTER KEYSLOT {key}")[1..], CultureInfo.InvariantCulture);
        // ID ADDRESS@BUS FLAGS MASTER PING PONG EPOCH STATE SLOTS…
        var nodes = live.Command("CLUSTER NODES").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToList();
        var master = nodes.Single(node => node.Skip(8).Any(slots => Has(slots, slot)));
        return (Server(master), Server(nodes.Single(node => node[3] == master[0])));
    }

    /// <summary>
    /// Stops the replication of a key's shard, waits until something was written that the replica lacks, kills the master and
    /// waits until the replica is one. How many bytes of writes were lost.
    /// </summary>
    public async Task<long> FailOverWithLostWritesAsync(string key)
    {
        var (master, replica) = Of(key);
        master.Command("ACL SETUSER default -psync -sync");
        master.Command("CLIENT KILL TYPE replica");
        await Task.Run(() => Wait(() => master.Replication("connected_slaves") == 0, "the replica is cut off"));
        var (had, keyed) = (replica.Replication("slave_repl_offset"), master.Command($"HLEN {key}"));
        await Task.Run(() => Wait(() => master.Replication("master_repl_offset") > had + 2000 && master.Command($"HLEN {key}") != keyed, "the master was written to"));
        var lost = master.Replication("master_repl_offset") - replica.Replication("slave_repl_offset");
        master.Kill();
        await Task.Run(() => Wait(() => replica.Command("ROLE") == "*3" && replica.Command("INFO replication").Contains("role:master", StringComparison.Ordinal), "the replica took over"));
        return lost;
    }

    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    private RedisServer Server(string[] node) => _nodes.Single(server => node[1].StartsWith($"{server.ConnectionString}@", StringComparison.Ordinal));

    private static bool Has(string slots, int slot)
    {
        var ends = slots.Split('-');
        return int.TryParse(ends[0], out var first) && first <= slot && slot <= int.Parse(ends[^1], CultureInfo.InvariantCulture);
    }

    private static void Run(string program, string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(output);
    }

    private static void Wait(Func<bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); Thread.Sleep(10))
        {
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"Still not true after {Patience.TotalSeconds} s: {what}");
        }
    }
}
