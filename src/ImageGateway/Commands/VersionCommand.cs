using System.CommandLine;
using System.Runtime.InteropServices;
using ImageGateway.Hosting;

namespace ImageGateway.Commands;

/// <summary><c>version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", """
            Print the version of the program and of its runtime.

            Example:
              ImageGateway version
            """);
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine($"ImageGateway {TelemetryServices.Version} ({RuntimeInformation.FrameworkDescription})"));
        return command;
    }
}
