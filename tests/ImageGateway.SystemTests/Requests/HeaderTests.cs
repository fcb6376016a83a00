using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

public sealed class HeaderTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    private static readonly string[] Framing = ["host", "content-type", "content-length", "transfer-encoding", "connection", "accept", "api-key"];

    [Theory]
    [InlineData("openai/gpt-image-1", "bearer", Keys.OpenAI)]
    [InlineData("dalle/dall-e-2", "bearer", Keys.DallE)]
    [InlineData("azure/img-std", "api-key", Keys.Azure)]
    [InlineData("azure-v1/v1-std", "api-key", Keys.Azure)]
    public async Task Provider_sees_its_own_credentials_and_never_the_clients(string target, string auth, string key)
    {
        using var response = await PostAsync(
            $"{Generations}?api-key={Keys.Acme}",
            Json(Job(job => job["model"] = target)),
            [("Authorization", $"Bearer {Keys.Acme}"), ("Cookie", $"session={Keys.Acme}"), ("X-Api-Key", Keys.Acme), ("OpenAI-Organization", "org-of-the-client"), ("OpenAI-Project", "proj-of-the-client")]);

        await response.ImagesAsync();
        Assert.Equal((auth, key), (OnlyCall.Auth, OnlyCall.Key));
        Assert.DoesNotContain(Keys.Acme, OnlyCall.Query, StringComparison.Ordinal);
        Assert.DoesNotContain(OnlyCall.Headers.Values, value => value.Contains(Keys.Acme, StringComparison.Ordinal) || value.Contains("of-the-client", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Organization_and_project_are_the_operators()
    {
        using var response = await GenerateAsync();

        Assert.Equal((ConfigurationFile.Organization, ConfigurationFile.Project), (OnlyCall.Headers["openai-organization"], OnlyCall.Headers["openai-project"]));
    }

    [Theory]
    [InlineData("azure/img-std")]
    [InlineData("azure-v1/v1-std")]
    public async Task Azure_gets_at_most_ten_headers_beyond_those_of_http(string target)
    {
        var many = Enumerable.Range(0, 20).Select(i => ($"X-Stainless-{i}", "value")).Append(("api-key", Keys.Acme)).Append(("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        using var response = await PostAsync(Generations, Json(Job(job => job["model"] = target)), [.. many]);

        await response.ImagesAsync();
        var own = OnlyCall.Headers.Keys.Except(Framing).ToList();
        Assert.True(own.Count <= 10, string.Join(", ", own));
        Assert.DoesNotContain(own, name => name.StartsWith("x-forwarded", StringComparison.Ordinal) || name.StartsWith("x-gateway", StringComparison.Ordinal) || name == "traceparent");
    }

    [Theory]
    [InlineData("openai/gpt-image-1")]
    [InlineData("azure/img-std")]
    public async Task Providers_own_headers_stay_with_the_gateway(string target)
    {
        Break(new Fault { Headers = new Dictionary<string, string> { ["set-cookie"] = "a=b", ["x-custom"] = "c", ["server"] = "upstream" } });
        using var response = await PostAsync(Generations, Json(Job(job => job["model"] = target)), ("x-request-id", "the-clients"));

        await response.ImagesAsync();
        foreach (var name in (string[])["set-cookie", "x-custom", "openai-organization", "x-ratelimit-limit-requests", "apim-request-id", "x-ms-region", "server"])
            Assert.Null(response.Header(name));
        var id = Assert.Single(response.Headers.GetValues("x-request-id"));
        Assert.False(id.StartsWith("req_", StringComparison.Ordinal) || id == "the-clients", id);
    }

    [Fact]
    public async Task Real_provider_is_not_called_simulated()
    {
        using var response = await GenerateAsync(job => job["model"] = "dated/gpt-image-1.5");

        await response.ImagesAsync();
        Assert.Null(response.Header("x-gateway-simulated"));
    }

    [Theory]
    [InlineData("openai/gpt-image-1", "true")]
    [InlineData("dated/gpt-image-1.5", null)]
    public async Task Error_tells_whether_a_simulator_gave_it(string target, string? isSimulated)
    {
        Break(new Fault { Status = 400 });
        using var response = await GenerateAsync(job => job["model"] = target);

        Assert.Equal((400, isSimulated), ((int)response.StatusCode, response.Header("x-gateway-simulated")));
    }

    [Theory]
    [InlineData("azure/img-std", "/accounts/azure/openai/deployments/img-std/images/generations", "?api-version=2025-04-01-preview")]
    [InlineData("azure/own name", "/accounts/azure/openai/deployments/own%20name/images/generations", "?api-version=2025-04-01-preview")]
    [InlineData("azure-v1/v1-std", "/accounts/azure-v1/openai/v1/images/generations", "")]
    public async Task Azure_is_asked_at_its_own_address_whatever_the_clients_version(string target, string path, string query)
    {
        using var response = await PostAsync($"{Generations}?api-version=1999-01-01", Json(Job(job => job["model"] = target)));

        await response.ImagesAsync();
        Assert.Equal((ProviderKind.Azure, path, query), (OnlyCall.Kind, OnlyCall.Path, OnlyCall.Query));
    }
}
