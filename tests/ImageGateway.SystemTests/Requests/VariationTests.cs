using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

public sealed class VariationTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    private const string Variations = "/v1/images/variations";

    [Fact]
    public async Task Variation_is_served_where_a_target_can()
    {
        using var form = new Form().Field("model", "dall-e-2").Field("size", "256x256").File("image", Pictures.Png());
        using var response = await PostAsync(Variations, form);

        Assert.Equal((256, 256), Pictures.SizeOf((await response.ImagesAsync()).Picture()));
        Assert.Equal(("dalle", "/accounts/dalle/v1/images/variations"), (OnlyCall.Account, OnlyCall.Path));
    }

    [Fact]
    public async Task Variation_by_another_model_is_refused_and_names_edits()
    {
        using var form = new Form().Field("model", "gpt-image-1").File("image", Pictures.Png());
        using var response = await PostAsync(Variations, form);

        await response.ErrorAsync(400, "invalid_value", "model", "/v1/images/edits");
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Variation_that_names_no_model_is_made_by_one_that_can()
    {
        using var form = new Form().Field("size", "256x256").File("image", Pictures.Png());
        using var response = await PostAsync(Variations, form);

        Assert.Equal((256, 256), Pictures.SizeOf((await response.ImagesAsync()).Picture()));
        Assert.Equal("dalle/dall-e-2", response.Header("x-gateway-target"));
    }

    [Fact]
    public async Task Variation_without_an_image_says_so()
    {
        using var form = new Form().Field("model", "dall-e-2");
        using var response = await PostAsync(Variations, form);

        await response.ErrorAsync(400, "missing_required_parameter", "image", "image");
        Assert.Empty(Log.Calls);
    }
}
