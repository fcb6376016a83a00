using System.Runtime.InteropServices;

namespace ImageGateway.Benchmarks.Reporting;

/// <summary>Where and when the figures came about.</summary>
internal static class Machine
{
    public static string Describe(TimeProvider time) =>
        $"{time.GetUtcNow():yyyy-MM-dd}, {Environment.ProcessorCount} cores ({Processor()}), {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";

    private static string Processor()
    {
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.OSArchitecture.ToString();
    }
}
