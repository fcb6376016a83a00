using ImageGateway.Benchmarks.Processes;
using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Benchmarks.Reporting;
using Npgsql;
using StackExchange.Redis;

namespace ImageGateway.Benchmarks.Costs;

/// <summary>What a job costs of each part when all are on: processor time, commands and bytes of Redis, transactions, rows and bytes of PostgreSQL. The numbers that a capacity plan is made of.</summary>
internal static class CostsCommand
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private static readonly string[] Cases = ["2KB/16", "1.5MB/16"];

    public static int Run()
    {
        using var children = new ChildProcesses();
        var start = new SystemStart(children);
        if (start.All([ProxySystem.Scaled]) is not [var system])
            return 1;
        Console.WriteLine(Machine.Describe(TimeProvider.System));
        var table = new Table(1, "case", "jobs/s", "gateway ms", "Redis ms", "PostgreSQL ms", "Redis scripts", "commands", "Redis B in", "Redis B out", "transactions", "rows", "database B");
        foreach (var name in Cases)
        {
            var proxyCase = ProxyCase.Parse(name);
            Take(proxyCase, system, WarmUp);
            Add(table, proxyCase, system, start);
        }
        Console.WriteLine(table.ToText(markdown: true));
        return 0;
    }

    private static void Add(Table table, ProxyCase proxyCase, ProxySystem system, SystemStart start)
    {
        var before = Parts.Of(system, start);
        var measured = Take(proxyCase, system, Duration);
        Thread.Sleep(TimeSpan.FromSeconds(2)); // the last entries, and PostgreSQL's counts, come later
        var (after, jobs) = (Parts.Of(system, start), (double)measured.Requests);
        string Each(Func<Parts, double> figure, string format) => ((figure(after) - figure(before)) / jobs).ToString(format);
        table.Add(
            proxyCase.Name,
            $"{measured.PerSecond:0}",
            Each(parts => parts.GatewayCpu * 1000, "0.000"),
            Each(parts => parts.RedisCpu * 1000, "0.000"),
            Each(parts => parts.PostgresCpu * 1000, "0.000"),
            Each(parts => parts.RedisScripts, "0.0"),
            Each(parts => parts.RedisCommands, "0.0"),
            Each(parts => parts.RedisIn, "0"),
            Each(parts => parts.RedisOut, "0"),
            Each(parts => parts.Transactions, "0.00"),
            Each(parts => parts.Rows, "0.0"),
            Each(parts => parts.DatabaseBytes, "0"));
    }

    private static Measurement Take(ProxyCase proxyCase, ProxySystem system, TimeSpan duration) => Measurement.Take(proxyCase, system, duration, CancellationToken.None);

    /// <summary>What the parts have done since they started.</summary>
    private sealed record Parts(double GatewayCpu, double RedisCpu, double PostgresCpu, double RedisScripts, double RedisCommands, double RedisIn, double RedisOut, double Transactions, double Rows, double DatabaseBytes)
    {
        public static Parts Of(ProxySystem system, SystemStart start)
        {
            using var redis = ConnectionMultiplexer.Connect($"{start.RedisOf(system.Name)},allowAdmin=true");
            var info = redis.GetServer(start.RedisOf(system.Name)).Info().SelectMany(section => section).ToLookup(pair => pair.Key, pair => pair.Value);
            var scripts = redis.GetServer(start.RedisOf(system.Name)).Info("commandstats").SelectMany(section => section).Where(pair => pair.Key == "cmdstat_evalsha").Select(pair => pair.Value);
            using var postgres = NpgsqlDataSource.Create(start.PostgresOf(system.Name));
            double Ask(string sql) => Convert.ToDouble(postgres.CreateCommand(sql).ExecuteScalar());
            return new Parts(
                ProcessTree.CpuSeconds(system.Process.Id),
                ProcessTree.CpuSeconds(start.ProcessOf($"redis-{system.Name}").Id),
                ProcessTree.CpuSeconds(start.ProcessOf("postgres-server").Id),
                scripts.Sum(script => double.Parse(script["calls=".Length..script.IndexOf(',')])),
                double.Parse(info["total_commands_processed"].Single()),
                double.Parse(info["total_net_input_bytes"].Single()),
                double.Parse(info["total_net_output_bytes"].Single()),
                Ask("select xact_commit from pg_stat_database where datname = 'postgres'"),
                Ask("select sum(n_tup_ins) from pg_stat_user_tables"),
                Ask("select pg_database_size('postgres')"));
        }
    }
}
