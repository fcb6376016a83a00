using ImageGateway.Configuration;

namespace ImageGateway.Commands;

/// <summary>
/// The form of the switches that the host's configuration reads: <c>--key value</c>, <c>/key value</c>, <c>key=value</c>. It
/// passes over any other argument without a word.
/// </summary>
internal static class Switches
{
    /// <summary>Reports every argument that would have no effect.</summary>
    /// <exception cref="ConfigurationException">There are some.</exception>
    public static void Check(IReadOnlyList<string> args)
    {
        var mistakes = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var (arg, hasValue) = (args[i], i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal));
            if (IsShort(arg))
                mistakes.Add($"{arg}: there is no such switch; options are --Gateway:NAME");
            else if (arg.Contains('=', StringComparison.Ordinal))
                continue;
            else if (IsFile(arg, hasValue))
                mistakes.Add($"{arg}: is not a switch; the configuration's file is given as --config {arg}");
            else if (!IsLong(arg))
                mistakes.Add($"{arg}: is not a switch; options are --Gateway:NAME");
            else if (!hasValue)
                mistakes.Add($"{arg}: needs a value");
            else
                i++;
        }
        ConfigurationException.ThrowIfAny(mistakes);
    }

    private static bool IsShort(string arg) => arg.StartsWith('-') && !arg.StartsWith("--", StringComparison.Ordinal);

    private static bool IsLong(string arg) => arg.StartsWith("--", StringComparison.Ordinal) || arg.StartsWith('/');

    // A full path looks like a switch, which has a value.
    private static bool IsFile(string arg, bool hasValue) =>
        !arg.StartsWith("--", StringComparison.Ordinal) && (!arg.StartsWith('/') || !hasValue) && (File.Exists(arg) || arg.EndsWith(".json", StringComparison.OrdinalIgnoreCase));
}
