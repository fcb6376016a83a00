using System.CommandLine;
using ImageGateway.Configuration;
using ImageGateway.Hosting;

namespace ImageGateway.Commands;

/// <summary><c>serve</c>: runs the gateway.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", """
            Run the gateway; what is done without a command too. Takes ASP.NET Core's switches and every option of the configuration.

            Example:
              ImageGateway serve --config my.json --urls http://*:8080 --Gateway:Admin:Urls http://127.0.0.1:9090
            """)
        {
            new Option<string>("--config") { Description = "The configuration file; without it, the shipped one with simulated providers.", HelpName = "FILE" },
            new Option<string>("--urls") { Description = "The addresses to listen on.", HelpName = "URLS" },
        };
        command.TreatUnmatchedTokensAsErrors = false;
        // The host's configuration reads the switches unchanged.
        command.SetAction((parsed, _) => RunAsync([.. parsed.Tokens.Skip(1).Select(token => token.Value)]));
        return command;
    }

    /// <summary>Runs until the process is asked to stop.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        BatchScheduling.Begin();
        try
        {
            Switches.Check(args);
            await using var gateway = await Program.BuildAsync(args);
            await gateway.RunAsync();
            return 0;
        }
        catch (ConfigurationException e)
        {
            foreach (var mistake in e.Mistakes)
                await Console.Error.WriteLineAsync(mistake);
            return 1;
        }
    }
}
