using ImageGateway.Benchmarks.Proxy;
using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos;

internal static class Program
{
    private const string Usage = """
        usage: ImageGateway.Chaos chaos [--seconds N] [--seed N] [--clients N] [--keep FOLDER]
                           three gateways, Redis Cluster, PostgreSQL and three providers under load and faults; then every
                           budget, call, charge and picture is checked. Exit code 1 when a check fails
          --seconds N      how long the faults go on (60)
          --seed N         what the jobs and the faults are drawn by (1)
          --clients N      how many clients (300)
          --keep FOLDER    where the gateways' logs and what clients got are kept
               ImageGateway.Chaos overload [--seconds N]
                           ten times what one gateway can do; exit code 1 when it does less than 80 % of it meanwhile, sheds
                           the rest slowly, or does not recover within two seconds
               ImageGateway.Chaos soak [--minutes N]
                           70 % of what one gateway can do, for 30 minutes or N; exit code 1 when anything grows
        """;

    private static async Task<int> Main(string[] args) => args switch
    {
        ["chaos", .. var options] => await ChaosCommand.RunAsync(options),
        ["overload", .. var options] => await OverloadCommand.RunAsync(options),
        ["soak", .. var options] => await SoakCommand.RunAsync(options),
        // Hidden: this program starts itself again as providers.
        ["stub", var port] => StubServer.Run(int.Parse(port)),
        ["provider", var port] => await Provider.ServeAsync(int.Parse(port)),
        _ => Fail(),
    };

    private static int Fail()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
