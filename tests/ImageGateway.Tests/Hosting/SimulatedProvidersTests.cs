using System.Net;
using System.Text;
using ImageGateway.Hosting;
using Microsoft.Extensions.Configuration;

namespace ImageGateway.Tests.Hosting;

public sealed class SimulatedProvidersTests
{
    [Fact]
    public async Task Deployment_of_a_changed_configuration_is_known()
    {
        var simulator = (await SimulatedProviders.StartIfNeededAsync(With("first")))!;
        using var http = new HttpClient { BaseAddress = simulator.Address };
        var before = await DrawAsync(http);
        simulator.Learn(With("later"));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (before, await DrawAsync(http)));
        await simulator.StopAsync(CancellationToken.None);
    }

    // Where none ran when the gateway began, there is nothing to send its jobs to.
    [Fact]
    public void First_simulated_provider_of_a_reload_is_told_to_take_a_restart() => Assert.Equal(
        "Gateway:Providers:a:BaseUrl: is required, or else a restart: the simulator for providers without a URL starts with the gateway",
        Assert.Single(Configurations.Check("""{"Gateway":{"Providers":{"a":P}}}""", simulator: null).Mistakes));

    private static IConfiguration With(string deployment) => new ConfigurationBuilder().AddInMemoryCollection(
        [new("Gateway:Providers:azure:Simulated", "true"), new($"Gateway:Providers:azure:Deployments:{deployment}:Model", "gpt-image-1")]).Build();

    private static async Task<HttpStatusCode> DrawAsync(HttpClient http)
    {
        using var content = new StringContent("""{"prompt":"a fox","quality":"low"}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "accounts/azure/openai/deployments/later/images/generations?api-version=2025-04-01-preview") { Content = content, Headers = { { "api-key", "simulated" } } };
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
