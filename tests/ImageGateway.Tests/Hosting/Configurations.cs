using ImageGateway.Configuration;
using ImageGateway.Hosting;
using Microsoft.Extensions.Configuration;

namespace ImageGateway.Tests.Hosting;

/// <summary>Configuration files as a start reads them.</summary>
internal static class Configurations
{
    /// <summary>A provider that needs nothing.</summary>
    public const string Provider = """{"Kind":"OpenAI","Simulated":true,"Models":["gpt-image-1"]}""";

    /// <summary>Mistakes and warnings of the file, in which <c>P</c> stands for <see cref="Provider"/>.</summary>
    public static (IReadOnlyList<string> Mistakes, IReadOnlyList<string> Warnings) Check(string text, Uri? simulator)
    {
        using var folder = new TemporaryFolder();
        var (path, warnings) = (folder.Write("gateway.json", text.Replace(":P", $":{Provider}", StringComparison.Ordinal)), new List<string>());
        var configuration = new ConfigurationBuilder().AddJsonFile(path).AddInMemoryCollection([new("config", path)]).Build();
        try
        {
            GatewayConfiguration.Load(configuration, null, TimeProvider.System, simulator, warnings);
            return ([], warnings);
        }
        catch (ConfigurationException e)
        {
            return (e.Mistakes, warnings);
        }
    }

    public static (IReadOnlyList<string> Mistakes, IReadOnlyList<string> Warnings) Check(string text) => Check(text, new Uri("http://127.0.0.1:1/"));
}
