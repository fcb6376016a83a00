using ImageGateway.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;

namespace ImageGateway.Hosting;

/// <summary>The configuration file, and the sources that override it: environment variables and switches.</summary>
internal sealed class GatewayFile
{
    private readonly IndexedValues _above;

    private GatewayFile(string path, FirstRun? firstRun, IndexedValues above) => (Path, FirstRun, _above) = (path, firstRun, above);

    /// <summary>The file: <c>--config FILE</c>, or the shipped one.</summary>
    public string Path { get; }

    /// <summary>The configuration at start, which stays in force for options that need a restart.</summary>
    public IConfiguration AtStart { get; private set; } = new ConfigurationBuilder().Build();

    /// <summary>What a start with the shipped file adds; null with a file of the user's.</summary>
    public FirstRun? FirstRun { get; }

    /// <summary>Finds the file and adds it to the host's configuration.</summary>
    /// <exception cref="ConfigurationException">The file is missing, unreadable or not JSON, or a switch is unknown.</exception>
    public static GatewayFile AddTo(WebApplicationBuilder builder)
    {
        KnownNames.CheckSwitches(builder.Configuration.Sources.OfType<CommandLineConfigurationSource>());
        var own = builder.Configuration["config"];
        if (own is not null && !System.IO.Path.Exists(own))
            throw new ConfigurationException([$"--config: the file '{own}' does not exist"]);
        var path = System.IO.Path.GetFullPath(own ?? GatewayConfiguration.Shipped);
        builder.Configuration["config"] = path;
        var above = new ConfigurationBuilder();
        foreach (var source in builder.Configuration.Sources)
            above.Add(source);
        var file = new GatewayFile(path, own is null ? new FirstRun() : null, IndexedValues.Of(above.Build()));
        file.AtStart = file.Read();
        builder.Configuration.Sources.Insert(0, new ChainedConfigurationSource { Configuration = file.AtStart });
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls("http://127.0.0.1:8080");
        return file;
    }

    /// <summary>The configuration as the file is now.</summary>
    /// <exception cref="ConfigurationException">The file is missing, unreadable or not JSON.</exception>
    public IConfiguration Read()
    {
        try
        {
            var sources = new ConfigurationBuilder().AddInMemoryCollection(Places()).Add(IndexedValues.OfFile(Path, IsReplaced));
            FirstRun?.AddTo(sources);
            return sources.Add(_above).Build();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([$"--config: {Path}: {e.GetBaseException().Message}"]);
        }
    }

    // A single string from an overriding source replaces the file's whole list or object, like any other value; the framework would keep
    // both.
    private bool IsReplaced(string key)
    {
        // Not outside, where a section may have a value of its own, as Serilog's levels do; nor the section itself.
        if (!key.StartsWith("Gateway:", StringComparison.OrdinalIgnoreCase))
            return false;
        for (var colon = key.LastIndexOf(':'); colon > key.IndexOf(':', StringComparison.Ordinal); colon = key.LastIndexOf(':', colon - 1))
        {
            if (_above.TryGet(key[..colon], out var text) && !string.IsNullOrEmpty(text))
                return true;
        }
        return false;
    }

    // Where the container image may write, unless the file sets other places.
    private static Dictionary<string, string?> Places() => Environment.GetEnvironmentVariable("IMAGEGATEWAY_DATA") is { Length: > 0 } folder
        ? new() { ["ConnectionStrings:Database"] = $"Data Source={System.IO.Path.Combine(folder, "gateway.db")}", ["Gateway:Ledger:Spool"] = System.IO.Path.Combine(folder, "ledger.spool") }
        : [];
}
