using ImageGateway.Hosting;
using Microsoft.Extensions.Configuration;

namespace ImageGateway.Tests.Hosting;

public sealed class FirstRunTests
{
    // As shipped, with the provider real that the environment has a key of.
    [Theory]
    [InlineData("openai", "openai/gpt-image-1-mini openai/gpt-image-2", "openai/gpt-image-1 openai/gpt-image-2")]
    [InlineData("azure", "azure/img-mini", "azure/img-std")]
    [InlineData("dalle", "openai/gpt-image-1-mini openai/gpt-image-2 azure/img-mini", "openai/gpt-image-1 openai/gpt-image-2 azure/img-std")]
    [InlineData("", "openai/gpt-image-1-mini openai/gpt-image-2 azure/img-mini", "openai/gpt-image-1 openai/gpt-image-2 azure/img-std")]
    public void Route_with_real_targets_has_no_simulated_ones(string real, string drafts, string finals)
    {
        using var folder = new TemporaryFolder();
        var path = Repository.File("config", "gateway.json");
        var configuration = new ConfigurationBuilder().AddJsonFile(path).AddInMemoryCollection(
        [
            new("config", path), new($"Gateway:Providers:{(real.Length > 0 ? real : "openai")}:Simulated", real.Length > 0 ? "false" : "true"),
            new($"Gateway:Providers:{(real.Length > 0 ? real : "openai")}:{(real == "azure" ? "Endpoint" : "BaseUrl")}", "https://real.example"),
            new($"Gateway:Providers:{(real.Length > 0 ? real : "openai")}:ApiKey", $"file:{folder.Write("key", "secret")}"),
        ]).Build();
        var snapshot = GatewayConfiguration.Load(configuration, new FirstRun(), TimeProvider.System, new Uri("http://127.0.0.1:1/"), []);
        Assert.Equal([drafts, finals, ""], snapshot.Routing.Routes.Select(route => string.Join(' ', route.Targets.Select(target => target.Name))));
    }
}
