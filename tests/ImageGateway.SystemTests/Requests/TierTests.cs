using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

public sealed class TierTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("draft", null, "openai/gpt-image-1-mini")]
    [InlineData("final", null, "openai/gpt-image-1")]
    [InlineData("final", "low", "openai/gpt-image-1")]
    [InlineData("auto", "low", "openai/gpt-image-1-mini")]
    [InlineData("auto", "high", "openai/gpt-image-1")]
    [InlineData("auto", "medium", "openai/gpt-image-1")]
    [InlineData("auto", null, "openai/gpt-image-1")]
    [InlineData(null, "low", "openai/gpt-image-1-mini")]
    [InlineData(null, null, "openai/gpt-image-1")]
    public async Task Alias_is_resolved_by_tier_and_not_reported(string? model, string? quality, string target)
    {
        using var response = await GenerateAsync(job =>
        {
            job.Remove("model");
            if (model is not null)
                job["model"] = model;
            if (quality is not null)
                job["quality"] = quality;
        });

        await response.ImagesAsync();
        Assert.Equal(target, response.Header("x-gateway-target"));
        Assert.Null(response.Header("x-gateway-adjusted"));
    }

    [Fact]
    public async Task High_input_fidelity_makes_auto_final()
    {
        using var form = Form.Edit("auto").Field("input_fidelity", "high").File("image", Pictures.Png());
        using var response = await PostAsync(Edits, form, ("Authorization", $"Bearer {Keys.Drafting}"));

        await response.ImagesAsync();
        Assert.Equal("openai/gpt-image-1", response.Header("x-gateway-target"));
    }

    [Fact]
    public async Task Auto_takes_the_tenants_default_tier()
    {
        using var response = await PostAsync(Generations, Json(Job(job => job["model"] = "auto")), ("api-key", Keys.Drafting));

        await response.ImagesAsync();
        Assert.Equal("openai/gpt-image-1-mini", response.Header("x-gateway-target"));
    }

    [Theory]
    [InlineData("gpt-image-1", "draft", "openai/gpt-image-1-mini", "model=gpt-image-1->draft")]
    [InlineData("final", "draft", "openai/gpt-image-1-mini", "model=final->draft")]
    [InlineData("azure/img-std", "draft", "openai/gpt-image-1-mini", "model=azure%2Fimg-std->draft")]
    [InlineData("dall-e-3", "final", "openai/gpt-image-1", "model=dall-e-3->final")]
    [InlineData("draft", "draft", "openai/gpt-image-1-mini", null)]
    public async Task Tier_header_wins_over_the_model_and_is_reported(string model, string tier, string target, string? adjusted)
    {
        using var response = await PostAsync(Generations, Json(Job(job => job["model"] = model)), ("X-Gateway-Tier", tier));

        await response.ImagesAsync();
        Assert.Equal((target, adjusted), (response.Header("x-gateway-target"), response.Header("x-gateway-adjusted")));
    }

    [Fact]
    public async Task Tier_header_without_a_model_is_not_reported()
    {
        using var response = await PostAsync(Generations, Json(Job(job => job.Remove("model"))), ("X-Gateway-Tier", "draft"));

        await response.ImagesAsync();
        Assert.Equal(("openai/gpt-image-1-mini", null), (response.Header("x-gateway-target"), response.Header("x-gateway-adjusted")));
    }

    [Fact]
    public async Task Unknown_tier_is_refused()
    {
        using var response = await PostAsync(Generations, Json(Job()), ("X-Gateway-Tier", "sketch"));

        await response.ErrorAsync(400, "invalid_value", "X-Gateway-Tier", "sketch", "draft", "final");
        Assert.Empty(Log.Calls);
    }

    [Theory]
    [InlineData("img-mini", "azure/img-mini")]
    [InlineData("own name", "azure/own name")]
    [InlineData("v1-std", "azure-v1/v1-std")]
    public async Task Deployment_as_model_restricts_to_itself(string deployment, string target)
    {
        using var response = await GenerateAsync(job => job["model"] = deployment);

        await response.ImagesAsync();
        Assert.Equal(target, response.Header("x-gateway-target"));
    }

    [Theory]
    [InlineData("/openai/deployments/img-mini/images/generations?api-version=2024-02-01", "azure/img-mini")]
    [InlineData("/openai/deployments/own%20name/images/generations", "azure/own name")]
    [InlineData("/openai/deployments/dall-e-2/images/generations", "dalle/dall-e-2")]
    [InlineData("/openai/deployments/draft/images/generations", "openai/gpt-image-1-mini")]
    [InlineData("/openai/v1/images/generations?api-version=preview", "openai/gpt-image-1")]
    [InlineData("/openai/images/generations?api-version=preview", "openai/gpt-image-1")]
    public async Task Azures_paths_lead_to_the_same_pipeline(string path, string target)
    {
        using var response = await PostAsync(path, Json(Job()), ("api-key", Keys.Acme));

        await response.ImagesAsync();
        Assert.Equal(target, response.Header("x-gateway-target"));
    }

    [Fact]
    public async Task Model_by_name_is_served_by_the_first_provider_of_the_configuration()
    {
        using var response = await GenerateAsync(job => job["model"] = "gpt-image-1");

        await response.ImagesAsync();
        Assert.Equal("openai/gpt-image-1", response.Header("x-gateway-target"));
    }

    [Theory]
    [InlineData("no-such-model")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("draft")]
    public async Task Model_of_the_body_is_ignored_at_a_deployments_path(string? model)
    {
        using var response = await PostAsync("/openai/deployments/img-std/images/generations", Json(Job(job => job["model"] = model)));

        await response.ImagesAsync();
        Assert.Equal(("azure/img-std", null), (response.Header("x-gateway-target"), response.Header("x-gateway-adjusted")));
    }

    [Fact]
    public async Task Tier_header_wins_over_a_deployments_path_too()
    {
        using var response = await PostAsync("/openai/deployments/img-std/images/generations", Json(Job()), ("X-Gateway-Tier", "draft"));

        await response.ImagesAsync();
        Assert.Equal(("openai/gpt-image-1-mini", "model=img-std->draft"), (response.Header("x-gateway-target"), response.Header("x-gateway-adjusted")));
    }
}
