using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Errors;

public sealed class UnknownUrlTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("GET", "/v1/no/such/path")]
    [InlineData("POST", "/v1/chat/completions")]
    [InlineData("GET", "/openai/deployments/img-std/chat")]
    [InlineData("GET", "/")]
    public async Task Unknown_path_is_named(string method, string path)
    {
        using var response = await SendAsync(Request(new HttpMethod(method), path, null));

        await response.ErrorAsync(404, "unknown_url", null, method, path);
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("GET", Generations, "POST")]
    [InlineData("DELETE", Edits, "POST")]
    [InlineData("GET", "/openai/deployments/img-std/images/generations", "POST")]
    [InlineData("POST", "/v1/models", "GET")]
    public async Task Wrong_method_is_refused_with_those_allowed(string method, string path, string allowed)
    {
        using var response = await SendAsync(Request(new HttpMethod(method), path, null));

        await response.ErrorAsync(405, "method_not_allowed", null, method, allowed);
        Assert.Equal(allowed, response.Header("Allow"));
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    public async Task Health_needs_no_key(string path)
    {
        using var response = await SendAsync(Request(HttpMethod.Get, path, null, ("Authorization", "")));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.NotNull(response.Header("x-request-id"));
    }
}
