using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.SystemTests.OpenAIClients;

/// <summary>Runs a script of <c>clients/</c> with OpenAI's npm client and reads the JSON it prints.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly string Folder = typeof(NodeScript).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "NodeClients").Value!;

    public static async Task<JsonNode> RunAsync(string script, Uri gateway, string key, object? input = null)
    {
        Assert.True(Directory.Exists(Path.Combine(Folder, "node_modules", "openai")), $"The npm client is missing: run 'npm ci' in {Folder}, as test.sh does.");
        var start = new ProcessStartInfo(Node, [Path.Combine(Folder, script)]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("OPENAI_", StringComparison.Ordinal) || name.StartsWith("AZURE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["GATEWAY_URL"] = gateway.ToString().TrimEnd('/');
        start.Environment["GATEWAY_KEY"] = key;
        start.Environment["INPUT"] = JsonSerializer.Serialize(input ?? new { });
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        Assert.True(process.ExitCode == 0, $"{script} failed: {await errors}");
        return JsonNode.Parse(await output)!;
    }

    // The client asks for a newer Node than Debian's, which comes with it.
    public static string Node
    {
        get
        {
            var own = Path.Combine(Folder, "node_modules", "node", "bin", "node");
            return File.Exists(own) ? own : "node";
        }
    }
}
