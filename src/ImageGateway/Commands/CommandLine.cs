using System.CommandLine;

namespace ImageGateway.Commands;

/// <summary>
/// The command line. Without a command it starts the gateway, with ASP.NET Core's switches; the commands for a running gateway
/// use its HTTP API. Exit codes: 0: success; 1: failed, refused, or not understood.
/// </summary>
internal static class CommandLine
{
    private const string Examples = """
        One OpenAI-compatible images endpoint in front of many image providers.

        Examples:
          ImageGateway                                             serve with what is shipped: simulated providers
          ImageGateway --config my.json --urls http://*:8080       serve
          ImageGateway check-config --config my.json               tell every mistake of a configuration
          ImageGateway keys create --tenant acme --name web        issue a key (GATEWAY_ADMIN_KEY)
          ImageGateway estimate --model final --prompt "a fox"     what a job would cost, nothing spent (GATEWAY_KEY)
          ImageGateway export --from 2026-11-01 > november.csv     the ledger (GATEWAY_ADMIN_KEY)
          ImageGateway health                                      0 when the gateway is ready
        """;

    private static readonly string[] OfTheRoot = ["-h", "-?", "/?", "/h", "--help", "--version"];

    /// <summary>Runs the command and returns the exit code. The host handles signals, for an orderly shutdown.</summary>
    public static Task<int> RunAsync(string[] args) =>
        args.Length == 0 || IsSwitch(args[0]) ? ServeCommand.RunAsync(args) : Root().Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

    internal static RootCommand Root() => new(Examples)
    {
        ServeCommand.Create(),
        CheckConfigCommand.Create(),
        KeysCommand.Create(),
        EstimateCommand.Create(),
        ExportCommand.Create(),
        HealthCommand.Create(),
        VersionCommand.Create(),
    };

    // As the configuration reads them: --key value, /key value, key=value.
    private static bool IsSwitch(string arg) => !OfTheRoot.Contains(arg) && (arg.StartsWith('-') || arg.StartsWith('/') || arg.Contains('=', StringComparison.Ordinal));
}
