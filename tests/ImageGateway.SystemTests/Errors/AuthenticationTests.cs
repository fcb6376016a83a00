using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Errors;

public sealed class AuthenticationTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("Authorization", "Bearer " + Keys.Acme)]
    [InlineData("Authorization", "bearer " + Keys.Acme)]
    [InlineData("api-key", Keys.Acme)]
    public async Task Key_is_taken_from_either_header(string name, string value)
    {
        using var response = await SendAsync(Request(HttpMethod.Get, "/v1/models", null, (name, value)));

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("POST", Generations, "Authorization", "")]
    [InlineData("POST", Generations, "Authorization", "Bearer wrong")]
    [InlineData("POST", Generations, "Authorization", "Bearer ")]
    [InlineData("POST", Generations, "Authorization", "Basic aWd3Og==")]
    [InlineData("POST", Generations, "Authorization", "Bearer " + Keys.Admin)]
    [InlineData("POST", Generations, "Authorization", "Bearer " + Keys.OpenAI)]
    [InlineData("POST", Edits, "api-key", "wrong")]
    [InlineData("GET", "/v1/models", "api-key", "wrong")]
    [InlineData("GET", "/v1/no/such/path", "api-key", "wrong")]
    [InlineData("GET", "/openai/no/such/path", "api-key", "wrong")]
    [InlineData("GET", Generations, "api-key", "wrong")]
    [InlineData("POST", "/openai/deployments/img-std/images/edits", "api-key", "wrong")]
    public async Task Missing_or_wrong_key_is_refused_before_anything_else(string method, string path, string name, string value)
    {
        using var response = await SendAsync(Request(new HttpMethod(method), path, method == "POST" ? Json("not even JSON") : null, (name, value)));

        var error = await response.ErrorAsync(401, "invalid_api_key", null, "API key");
        Assert.DoesNotContain("wrong", (string)error["message"]!, StringComparison.Ordinal);
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("gpt-image-1")]
    [InlineData("azure/img-std")]
    [InlineData("img-std")]
    [InlineData("final")]
    public async Task Model_that_the_tenant_may_not_use_is_refused(string model)
    {
        using var response = await PostAsync(Generations, Json(Job(job => job["model"] = model)), ("api-key", Keys.Limited));

        await response.ErrorAsync(403, "model_not_allowed", "model", model);
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("draft")]
    [InlineData("gpt-image-1-mini")]
    [InlineData("azure/img-mini")]
    public async Task Model_that_the_tenant_may_use_is_served(string model)
    {
        using var response = await PostAsync(Generations, Json(Job(job => job["model"] = model)), ("api-key", Keys.Limited));

        await response.ImagesAsync();
        Assert.Equal("gpt-image-1-mini", response.Header("x-gateway-model"));
    }
}
