using System.Net;

namespace ImageGateway.Tests.Simulator;

public sealed class DallETests : SimulatorFixture
{
    [Theory]
    [InlineData("/v1/images/generations")]
    [InlineData("/accounts/west/v1/images/generations")]
    public async Task Dall_e_3_answers_an_address_that_holds_the_picture(string path)
    {
        var answer = await ReadAsync(await GenerateAsync(body => { body["model"] = "dall-e-3"; body["size"] = "1792x1024"; }, path));
        var picture = DecodedPng.Read(await Client.GetByteArrayAsync(new Uri((string)answer["data"]![0]!["url"]!)));

        Assert.Equal((1792, 1024), (picture.Width, picture.Height));
        Assert.Contains("a fox", (string?)answer["data"]![0]!["revised_prompt"], StringComparison.Ordinal);
        Assert.Null(answer["usage"]);
        Assert.Null(answer["size"]);
    }

    [Fact]
    public async Task Dall_e_3_answers_base64_on_request()
    {
        var response = await GenerateAsync(body => { body["model"] = "dall-e-3"; body["response_format"] = "b64_json"; body["style"] = "natural"; body["quality"] = "hd"; });

        Assert.Equal(1024, (await ReadPictureAsync(response)).Width);
    }

    [Fact]
    public async Task Dall_e_3_behind_an_azure_deployment_reports_its_filters()
    {
        var answer = await ReadAsync(await GenerateAsync(path: "/openai/deployments/dall-e-3/images/generations?api-version=2024-02-01"));

        Assert.False((bool)answer["data"]![0]!["content_filter_results"]!["hate"]!["filtered"]!);
    }

    [Theory]
    [InlineData("dall-e-3", "n", "2", "n")]
    [InlineData("dall-e-3", "size", "\"1024x1536\"", "size")]
    [InlineData("dall-e-3", "quality", "\"high\"", "quality")]
    [InlineData("dall-e-3", "stream", "true", "stream")]
    [InlineData("dall-e-3", "background", "\"opaque\"", "background")]
    [InlineData("dall-e-2", "style", "\"vivid\"", "style")]
    [InlineData("dall-e-2", "size", "\"1792x1024\"", "size")]
    public async Task Parameter_of_another_model_is_refused(string model, string name, string value, string param)
    {
        var response = await SendAsync("/v1/images/generations", Json($$"""{"model":"{{model}}","prompt":"a fox","{{name}}":{{value}}}"""));

        Assert.Equal((HttpStatusCode.BadRequest, param), (response.StatusCode, (string?)(await ReadAsync(response))["error"]!["param"]));
    }

    [Theory]
    [InlineData("dall-e-2", HttpStatusCode.OK)]
    [InlineData("gpt-image-1", HttpStatusCode.BadRequest)]
    public async Task Variations_are_of_dall_e_2_only(string model, HttpStatusCode status)
    {
        var form = Form([("model", model), ("n", "2"), ("size", "256x256")], ("image", DecodedPng.Create(64, 64)));

        Assert.Equal(status, (await SendAsync("/v1/images/variations", form)).StatusCode);
    }

    [Fact]
    public async Task Unknown_file_is_not_found() =>
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync("/files/none.png")).StatusCode);
}
