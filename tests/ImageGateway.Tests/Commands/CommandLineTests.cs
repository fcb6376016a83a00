using System.CommandLine;
using System.CommandLine.Parsing;
using ImageGateway.Commands;

namespace ImageGateway.Tests.Commands;

public sealed class CommandLineTests
{
    [Fact]
    public void Every_command_shows_examples_that_it_understands()
    {
        var root = CommandLine.Root();

        foreach (var command in WithThoseBelow(root))
        {
            var examples = command.Description!.Split('\n').Where(line => line.StartsWith("  ImageGateway", StringComparison.Ordinal)).Select(line => line.Split("   ")[0].Split('>')[0].Trim()["ImageGateway".Length..].Trim()).ToList();
            Assert.NotEmpty(examples);
            // Without a command it is served, with switches that are the host's.
            Assert.All(examples.Where(example => example.Length > 0 && !example.StartsWith('-')), example => Assert.Empty(root.Parse(CommandLineParser.SplitCommandLine(example).ToList()).Errors));
        }
    }

    private static IEnumerable<Command> WithThoseBelow(Command command) => command.Subcommands.SelectMany(WithThoseBelow).Prepend(command);
}
