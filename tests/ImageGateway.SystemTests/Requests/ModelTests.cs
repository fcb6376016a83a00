using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;

namespace ImageGateway.SystemTests.Requests;

public sealed class ModelTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/openai/v1/models")]
    [InlineData("/openai/models")]
    public async Task List_names_every_served_model_once_and_the_aliases(string path)
    {
        using var response = await GetAsync(path);

        var list = await response.JsonAsync();
        OpenAISchema.CheckModels(list);
        Assert.Equal(
            ["auto", "dall-e-2", "dall-e-3", "draft", "final", "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2"],
            list["data"]!.AsArray().Select(model => (string)model!["id"]!).Order(StringComparer.Ordinal));
        Assert.NotEmpty(response.Header("x-request-id")!);
    }

    [Fact]
    public async Task List_of_a_limited_tenant_names_what_it_may_use()
    {
        using var response = await GetAsync("/v1/models", Keys.Limited);

        var list = await response.JsonAsync();
        Assert.Equal(["auto", "draft", "final", "gpt-image-1-mini"], list["data"]!.AsArray().Select(model => (string)model!["id"]!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("gpt-image-1")]
    [InlineData("gpt-image-1.5")]
    [InlineData("draft")]
    public async Task Model_is_described(string id)
    {
        using var response = await GetAsync($"/v1/models/{id}");

        var model = await response.JsonAsync();
        OpenAISchema.CheckModel(model);
        Assert.True(model.ContainsKey("shutdown_date"));
        Assert.Equal(id, (string?)model["id"]);
    }

    [Theory]
    [InlineData("no-such-model", Keys.Acme)]
    [InlineData("gpt-image-1", Keys.Limited)]
    public async Task Model_that_the_key_may_not_use_is_not_found(string id, string key)
    {
        using var response = await GetAsync($"/v1/models/{id}", key);

        await response.ErrorAsync(404, "model_not_found", "model", id);
    }
}
