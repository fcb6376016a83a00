using ImageGateway.Benchmarks.Caching;
using ImageGateway.Benchmarks.Costs;
using ImageGateway.Benchmarks.Growth;
using ImageGateway.Benchmarks.Ledger;
using ImageGateway.Benchmarks.Planning;
using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Benchmarks.Quotas;
using ImageGateway.Benchmarks.Streams;

namespace ImageGateway.Benchmarks;

internal static class Program
{
    private const string Usage = """
        usage: ImageGateway.Benchmarks proxy [options]
          --seconds N      length of one measurement (3)
          --warm-up N      seconds of each case before the first round (8)
          --rounds N       interleaved rounds (5)
          --cases LIST     of 2KB/N, 1.5MB/N, SSE/N, 8MB/N, first-event/N for N callers
          --systems LIST   of direct, nginx, yarp, gateway, portkey, embedded, scaled, gateway+sqlite, gateway+postgres,
                           gateway+redis, gateway+sqlite+redis, gateway+recording, gateway+cache, gateway+cache+redis
          --markdown       print Markdown tables
          --smoke          one short round of a few cases; exit code 1 when a request fails
               ImageGateway.Benchmarks streams
                           what 200 streams held at once cost, with an event a second
               ImageGateway.Benchmarks growth [ENTRIES]
                           what a request costs with 10 to 10000 tenants, 1 to 100 targets, and a full ledger (1000000)
               ImageGateway.Benchmarks costs
                           what a job costs of the gateway, Redis and PostgreSQL, with everything on
               ImageGateway.Benchmarks planner
                           what planning a job costs, with its allocations
               ImageGateway.Benchmarks ledger [options]
                           what is asked of a full ledger: usage over 90 days, exports, their memory
          --database TEXT  a connection string, of an empty database; without it a SQLite file that is deleted
          --entries N      entries to export (1000000)
          --rounds N       repetitions of each query (9)
          --markdown       print Markdown tables
               ImageGateway.Benchmarks quotas [HOST:PORT]
                           what a reservation and its settlement cost, in memory and in the Redis there
               ImageGateway.Benchmarks key
                           what the cache key of an edit with a picture of 10 MB costs
        """;

    private static int Main(string[] args) => args switch
    {
        ["proxy", .. var options] => ProxyCommand.Run(options),
        ["ledger", .. var options] => LedgerCommand.Run(options),
        ["streams"] => StreamsCommand.Run(),
        ["growth", .. var options] => GrowthCommand.Run(options),
        ["costs"] => CostsCommand.Run(),
        ["planner"] => PlannerBenchmark.Run(),
        ["quotas"] => QuotaCommand.RunAsync(null).GetAwaiter().GetResult(),
        ["quotas", var redis] => QuotaCommand.RunAsync(redis).GetAwaiter().GetResult(),
        ["key"] => KeyCommand.RunAsync().GetAwaiter().GetResult(),
        // Hidden: the benchmark starts itself again as these.
        ["stub", var port] => StubServer.Run(int.Parse(port)),
        ["yarp", var port, var upstream] => YarpServer.Run(int.Parse(port), int.Parse(upstream)),
        _ => Fail(),
    };

    private static int Fail()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
