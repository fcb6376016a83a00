using ImageGateway.Benchmarks.Processes;
using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Benchmarks.Reporting;

namespace ImageGateway.Benchmarks.Ledger;

/// <summary>Fills a database and asks a gateway of it what finance asks.</summary>
internal static class LedgerCommand
{
    public static int Run(ReadOnlySpan<string> args)
    {
        var (database, entries, rounds, markdown) = ("", 1_000_000, 9, false);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--database" when i + 1 < args.Length:
                    database = args[++i];
                    break;
                case "--entries" when i + 1 < args.Length && int.TryParse(args[i + 1], out entries) && entries > 0:
                case "--rounds" when i + 1 < args.Length && int.TryParse(args[i + 1], out rounds) && rounds > 0:
                    i++;
                    break;
                case "--markdown":
                    markdown = true;
                    break;
                default:
                    Console.Error.WriteLine($"There is no switch '{args[i]}', or its value is wrong.");
                    return 2;
            }
        }
        return RunAsync(database, entries, rounds, markdown).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(string connectionString, int entries, int rounds, bool markdown)
    {
        var folder = Directory.CreateTempSubdirectory("imagegateway-ledger-").FullName;
        try
        {
            if (connectionString.Length == 0)
                connectionString = $"Data Source={Path.Combine(folder, "ledger.db")}";
            await LedgerFill.FillAsync(connectionString, folder, entries);
            var port = FreePort.Next();
            using var gateway = ChildProcess.Start(Gateway.Command("gateway", folder, port, FreePort.Next(), new GatewaySetup { Database = connectionString }), Path.Combine(folder, "log"));
            gateway.WaitUntilItListens(port, TimeSpan.FromSeconds(60));
            using var measurement = new LedgerMeasurement(new Uri($"http://127.0.0.1:{port}"), gateway.Id, LedgerFill.Today());
            Console.WriteLine(Machine.Describe(TimeProvider.System));
            Console.WriteLine(await measurement.QueriesAsync(rounds, markdown));
            Console.WriteLine(await measurement.ExportsAsync(markdown));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
