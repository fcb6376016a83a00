using ImageGateway.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;

namespace ImageGateway.Hosting;

/// <summary>
/// Names outside <c>Gateway</c> that are in use. An unused name in the file or on the command line is a slip; in the
/// environment it is normal.
/// </summary>
internal static class KnownNames
{
    private static readonly HashSet<string> Stores = new(StringComparer.OrdinalIgnoreCase) { "Database", "Redis" };

    private static readonly HashSet<string> Sections = new(StringComparer.OrdinalIgnoreCase) { "Gateway", "ConnectionStrings", "Serilog", "Kestrel", "Logging", "$schema" };

    private static readonly HashSet<string> OfTheHost = new(StringComparer.OrdinalIgnoreCase)
    {
        "config", "AllowedHosts", "ForwardedHeaders_Enabled", "https_port", "servicesStartConcurrently", "servicesStopConcurrently",
        HostDefaults.ApplicationKey, HostDefaults.ContentRootKey, HostDefaults.EnvironmentKey,
        WebHostDefaults.CaptureStartupErrorsKey, WebHostDefaults.DetailedErrorsKey, WebHostDefaults.HostingStartupAssembliesKey,
        WebHostDefaults.HostingStartupExcludeAssembliesKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey,
        WebHostDefaults.PreferHostingUrlsKey, WebHostDefaults.PreventHostingStartupKey, WebHostDefaults.ServerUrlsKey,
        WebHostDefaults.ShutdownTimeoutKey, WebHostDefaults.StartupAssemblyKey, WebHostDefaults.StaticWebAssetsKey,
        WebHostDefaults.SuppressStatusMessagesKey, WebHostDefaults.WebRootKey,
    };

    /// <summary>Checks the names in a file: those of the stores, and those at its root.</summary>
    public static void Check(FileOrder file, List<string> mistakes, ICollection<string> warnings)
    {
        foreach (var name in file.Below("ConnectionStrings").Where(name => !Stores.Contains(name)))
            mistakes.Add($"ConnectionStrings:{name}: there is no such option here; the options are {string.Join(", ", Stores)}");
        foreach (var name in file.Below("").Where(name => !Sections.Contains(name) && !IsOfTheHost(name)))
        {
            if (typeof(GatewayOptions).GetProperties().Any(option => option.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                mistakes.Add($"{name}: belongs inside Gateway and has no effect beside it");
            else
                warnings.Add($"{name}: is not used; the names in use are {string.Join(", ", Sections)}");
        }
    }

    /// <summary>Checks the switches that are not options of a section.</summary>
    /// <exception cref="ConfigurationException">There are unknown switches; the exception names them.</exception>
    public static void CheckSwitches(IEnumerable<CommandLineConfigurationSource> sources) => ConfigurationException.ThrowIfAny(
        [.. sources.SelectMany(source => new ConfigurationBuilder().Add(source).Build().GetChildren())
            .Where(entry => entry.Value is not null && !IsOfTheHost(entry.Key)).Select(entry => $"--{entry.Key}: there is no such switch; options are --Gateway:NAME").Distinct()]);

    private static bool IsOfTheHost(string name) => OfTheHost.Contains(name) || name.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase);
}
