using System.Text.Json.Nodes;
using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Audit;

/// <summary>Reads every line that every process of the gateways printed.</summary>
internal static class LogCheck
{
    public static Finding Run(FleetSystem fleet)
    {
        var lines = fleet.Replicas.SelectMany(replica => replica.Logs).SelectMany(log => File.ReadLines(log).Select(line => (Log: Path.GetFileNameWithoutExtension(log), Line: line))).ToList();
        var failures = lines.Where(line => IsBad(line.Line)).Select(line => $"{line.Log}: {(line.Line.Length > 1500 ? line.Line[..1500] : line.Line)}");
        return new("no gateway logged an exception that nobody handled", $"{lines.Count} lines of {fleet.Replicas.Sum(replica => replica.Logs.Count())} processes", [.. failures]);
    }

    // An event with an exception, or a line that is none of the log: what the runtime says before it ends.
    private static bool IsBad(string line) => line.StartsWith('{')
        ? JsonNode.Parse(line) is JsonObject log && (log.ContainsKey("Exception") || (string?)log["Level"] == "Fatal")
        : line.Contains("Unhandled exception", StringComparison.Ordinal) || line.StartsWith("   at ", StringComparison.Ordinal) || line.Contains("Fatal error", StringComparison.Ordinal);
}
