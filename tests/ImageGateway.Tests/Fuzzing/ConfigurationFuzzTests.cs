using System.Text;
using System.Text.Json;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Hosting;
using ImageGateway.Telemetry;
using Microsoft.AspNetCore.Builder;
using Xunit.Abstractions;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>Any configuration is taken whole or refused with its mistakes, each with its place; a gateway that runs reads it the same way.</summary>
public sealed class ConfigurationFuzzTests(ITestOutputHelper output)
{
    private static readonly Uri Simulator = new("http://127.0.0.1:9/");

    private readonly byte[][] _seeds = [.. ((string[])[Repository.File("config", "gateway.json"), Repository.File("tests", "ImageGateway.Tests", "Fuzzing", "Seeds", "Configuration", "gateway.json")]).Select(WithoutComments)];

    [Fact]
    public void Seeds_are_without_mistakes()
    {
        using var folder = Folder();
        Assert.All(_seeds, seed => Assert.Empty(Mistakes(folder, seed)));
    }

    [Fact]
    public void Configuration_is_taken_or_refused_with_its_mistakes()
    {
        using var folder = Folder();
        new Fuzzer(output).Run(300, random => Draw(random, random.Pick(_seeds), random.Pick(_seeds)), (file, _) => AssertSaid(Mistakes(folder, file)));
    }

    [Fact]
    public void Catalogue_is_taken_or_refused_with_its_mistakes()
    {
        using var folder = Folder();
        var seed = File.ReadAllBytes(Repository.File("config", "models.json"));
        new Fuzzer(output).Run(300, random => Draw(random, seed, seed), (file, _) =>
        {
            File.WriteAllBytes(Path.Combine(folder.Path, "models.json"), file);
            var mistakes = new Mistakes("Catalogue");
            if (Catalogue.Load(Path.Combine(folder.Path, "models.json"), mistakes) is null)
                AssertSaid([.. mistakes.All]);
        });
    }

    private static byte[] Draw(Random random, byte[] seed, byte[] other)
    {
        var mutator = new Mutator(random);
        return random.Next(5) switch
        {
            0 => mutator.Bytes(seed, other),
            1 => mutator.Pieces(seed, ",", ":", "\"", "[", "}"),
            _ => mutator.Json(seed),
        };
    }

    // As a start and a reload read it.
    private static IReadOnlyList<string> Mistakes(TemporaryFolder folder, byte[] file)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        File.WriteAllBytes(Path.Combine(folder.Path, "gateway.json"), file);
        builder.Configuration["config"] = Path.Combine(folder.Path, "gateway.json");
        try
        {
            var read = GatewayFile.AddTo(builder);
            var configuration = read.Read();
            GatewayConfiguration.NeedsSimulator(configuration);
            GatewayConfiguration.Load(configuration, new FirstRun(), TimeProvider.System, Simulator, [], withoutSecrets: false);
            return new LogLevels().Apply(configuration);
        }
        catch (ConfigurationException e)
        {
            return e.Mistakes.Count > 0 ? e.Mistakes : throw new InvalidOperationException("refused without a mistake", e);
        }
    }

    private static void AssertSaid(IReadOnlyList<string> mistakes)
    {
        Assert.All(mistakes, mistake => Assert.Contains(": ", mistake, StringComparison.Ordinal));
        Assert.DoesNotContain(mistakes, mistake => mistake.Contains("very-secret", StringComparison.Ordinal));
    }

    private static TemporaryFolder Folder()
    {
        var folder = new TemporaryFolder();
        foreach (var name in (string[])["secret", "secret-admin", "secret-acme"])
            folder.Write(name, $"very-secret-{name}");
        return folder;
    }

    private static byte[] WithoutComments(string file)
    {
        using var read = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(read.RootElement));
    }
}
