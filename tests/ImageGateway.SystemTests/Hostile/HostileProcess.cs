using System.Globalization;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>A gateway in a process of its own, whose memory and file handles are counted, in front of a provider of bytes.</summary>
internal sealed class HostileProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GatewayProcess _process;

    private HostileProcess(string more)
    {
        foreach (var (name, secret) in Keys.Files)
            _folder.Write(name, secret);
        var file = _folder.Write("gateway.json", $$"""
            { "Gateway": { {{more}}
              "AdminKeys": [ { "Secret": "file:secrets/admin" } ],
              "Providers": { "openai": { "Kind": "OpenAI", "BaseUrl": "{{Provider.Url}}/v1", "ApiKey": "file:secrets/openai", "Models": [ "gpt-image-2" ] } },
              "Tenants": { "acme": { "Keys": [ { "Name": "web", "Secret": "file:secrets/acme" } ] } } } }
            """);
        _process = GatewayProcess.Start(_folder.Path, ["--config", file, "--urls", $"{Url}", "--Serilog:MinimumLevel", "Warning"]);
    }

    public Uri Url { get; } = new($"http://127.0.0.1:{RedisServer.FreePort()}");

    public WireProvider Provider { get; } = new(HostileGateway.Picture);

    /// <summary>Bytes of its resident set.</summary>
    public long Resident => 1024 * long.Parse(Of("status", "VmRSS:")[0], CultureInfo.InvariantCulture);

    /// <summary>Files and sockets that it may open.</summary>
    public long MayOpen => long.Parse(Of("limits", "Max open files")[0], CultureInfo.InvariantCulture);

    /// <summary>Files and sockets that it has open.</summary>
    public int Opened => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    /// <summary>Starts it; <paramref name="more"/> are options, each with a comma behind it.</summary>
    public static async Task<HostileProcess> StartAsync(string more = "")
    {
        var made = new HostileProcess(more);
        await Until.TrueAsync(async () => await made.StatusAsync(HostileGateway.Request("/healthz/live", "", "GET")) == 200, "it is up");
        return made;
    }

    /// <summary>The status of one request; null when it cannot be had.</summary>
    public async Task<int?> StatusAsync(string request)
    {
        try
        {
            return (await Wire.AskAsync(Url, request)) is [var answer] ? answer.Status : null;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        _process.Dispose();
        await Provider.DisposeAsync();
        _folder.Dispose();
    }

    private string[] Of(string file, string name) => File.ReadLines($"/proc/{_process.Id}/{file}").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
