using System.CommandLine;
using ImageGateway.Configuration;
using ImageGateway.Hosting;

namespace ImageGateway.Commands;

/// <summary><c>check-config</c>: validates a configuration as a start would, without starting, opening or calling anything.</summary>
internal static class CheckConfigCommand
{
    // A simulated provider without a URL needs one; nothing connects to it here.
    private static readonly Uri NoSimulator = new("http://127.0.0.1:9");

    public static Command Create()
    {
        var file = new Option<string>("--config") { Description = "The file; without it, the shipped one.", HelpName = "FILE" };
        var withoutSecrets = new Option<bool>("--without-secrets") { Description = "Do not resolve secrets, for checks where they are not available." };
        var command = new Command("check-config", """
            Tell every mistake of a configuration, each with its key path. Environment variables and switches count as they do at start. 0: it has none.

            Example:
              ImageGateway check-config --config my.json --without-secrets
            """) { file, withoutSecrets };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            string[] args = parsed.GetValue(file) is { } path ? ["--config", path, .. parsed.UnmatchedTokens] : [.. parsed.UnmatchedTokens];
            return Check(args, parsed.GetValue(withoutSecrets), parsed.InvocationConfiguration);
        });
        return command;
    }

    private static int Check(string[] args, bool withoutSecrets, InvocationConfiguration console)
    {
        try
        {
            Switches.Check(args);
            var builder = WebApplication.CreateBuilder(args);
            var file = GatewayFile.AddTo(builder);
            var warnings = new List<string>();
            var snapshot = GatewayConfiguration.Load(file.Read(), file.FirstRun, TimeProvider.System, NoSimulator, warnings, withoutSecrets);
            foreach (var warning in warnings)
                console.Error.WriteLine($"warning: {warning}");
            console.Output.WriteLine($"{file.Path}: {snapshot.Routing.Targets.Count} targets, {snapshot.Routing.Routes.Count} routes, {snapshot.Tenants.Tenants.Count} tenants. No mistake.");
            return 0;
        }
        catch (ConfigurationException e)
        {
            foreach (var mistake in e.Mistakes)
                console.Error.WriteLine(mistake);
            return 1;
        }
    }
}
