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
        """;

    private static async Task<int> Main(string[] args) => args switch
    {
        ["chaos", .. var options] => await ChaosCommand.RunAsync(options),
        // Hidden: this program starts itself again as a provider.
        ["provider", var port] => await Provider.ServeAsync(int.Parse(port)),
        _ => Fail(),
    };

    private static int Fail()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
