using System.Runtime.InteropServices;

namespace ImageGateway.Benchmarks.Processes;

/// <summary>Starts assemblies on the runtime that runs this one.</summary>
internal static class DotNet
{
    private static readonly string Host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    public static ChildCommand Command(string name, string assembly, params string[] arguments) =>
        new(name, Host, [assembly, .. arguments])
        {
            Directory = Path.GetDirectoryName(assembly),
            Environment = new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["DOTNET_ENVIRONMENT"] = "Production" },
        };

    /// <summary>This executable again, as one of its hidden commands.</summary>
    public static ChildCommand Self(string name, params string[] arguments) =>
        Command(name, typeof(DotNet).Assembly.Location, [name, .. arguments]);
}
