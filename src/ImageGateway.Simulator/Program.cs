namespace ImageGateway.Simulator;

internal static class Program
{
    private static Task Main(string[] args) => SimulatorHost.Build(new SimulatorOptions(), args).RunAsync();
}
