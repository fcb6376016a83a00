using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>Portkey's open gateway, as npm installs it from the lock file beside this one's project.</summary>
internal static class Portkey
{
    /// <summary>Where it sends a request is in the request.</summary>
    public static string Headers(int upstream) => $"x-portkey-provider: openai\r\nx-portkey-custom-host: http://127.0.0.1:{upstream}/v1\r\n";

    /// <summary>The program; null when <c>npm ci</c> has not been run.</summary>
    public static string? Find()
    {
        var project = new DirectoryInfo(AppContext.BaseDirectory).Parent?.Parent?.Parent?.FullName ?? "";
        var program = Path.Combine(project, "portkey", "node_modules", "@portkey-ai", "gateway", "build", "start-server.js");
        return File.Exists(program) ? program : null;
    }

    public static ChildCommand Command(string program, int port) => new(ProxySystem.Portkey, "node", program, $"--port={port}", "--headless");
}
