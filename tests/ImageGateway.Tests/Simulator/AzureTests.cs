using System.Net;

namespace ImageGateway.Tests.Simulator;

public sealed class AzureTests : SimulatorFixture
{
    private const string Deployment = "/openai/deployments/img-std/images";
    private const string Version = "?api-version=2025-04-01-preview";

    [Theory]
    [InlineData(Deployment + "/generations" + Version, "gpt-image-1")]
    [InlineData("/accounts/west/openai/deployments/img-mini/images/generations" + Version, "gpt-image-1-mini")]
    [InlineData("/openai/deployments/gpt-image-2/images/generations" + Version, "gpt-image-2")]
    public async Task Deployment_serves_its_model_whatever_the_body_names(string path, string model)
    {
        var response = await GenerateAsync(body => body["model"] = "anything", path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("apim-request-id"));
        Assert.True(response.Headers.Contains("x-ms-region"));
        Assert.Null((await ReadAsync(response))["usage"]!["output_tokens_details"]);
        Assert.Equal(model, Log.Calls.Single().Model);
    }

    [Fact]
    public async Task V1_path_takes_the_deployment_from_the_body()
    {
        var response = await GenerateAsync(body => body["model"] = "img-2", "/openai/v1/images/generations");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("gpt-image-2", "img-2"), (Log.Calls.Single().Model, Log.Calls.Single().Deployment));
    }

    [Theory]
    [InlineData("/openai/deployments/none/images/generations" + Version, 404, "DeploymentNotFound")]
    [InlineData("/openai/v1/images/edits", 415, "UnsupportedMediaType")]
    [InlineData("/openai/v2/images/generations", 404, "404")]
    [InlineData(Deployment + "/generations", 404, "404")]
    [InlineData(Deployment + "/edits" + Version, 415, "UnsupportedMediaType")]
    public async Task Call_in_the_wrong_form_fails_as_at_azure(string path, int status, string code)
    {
        var response = await GenerateAsync(path: path);

        Assert.Equal((status, code), ((int)response.StatusCode, (string?)(await ReadAsync(response))["error"]!["code"]));
    }

    [Fact]
    public async Task V1_path_refuses_a_deployment_it_lacks()
    {
        var response = await GenerateAsync(body => body["model"] = "none", "/openai/v1/images/generations");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Either_header_carries_the_key_and_none_is_refused()
    {
        Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await GenerateAsync(path: Deployment + "/generations" + Version)).StatusCode);

        Client.DefaultRequestHeaders.Add("api-key", "azure-key");
        Assert.Equal(HttpStatusCode.OK, (await GenerateAsync(path: Deployment + "/generations" + Version)).StatusCode);
        Assert.Equal(("api-key", "azure-key"), (Log.Calls[1].Auth, Log.Calls[1].Key));
    }

    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 400)]
    public async Task Deployment_edit_refuses_a_model_part(bool withModel, int status)
    {
        var fields = new List<(string, string)> { ("prompt", "a fox") };
        if (withModel)
            fields.Add(("model", "img-std"));

        var response = await SendAsync(Deployment + "/edits" + Version, Form(fields, ("image", DecodedPng.Create(64, 64))));

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Webp_output_is_refused()
    {
        var response = await GenerateAsync(body => body["output_format"] = "webp", Deployment + "/generations" + Version);

        Assert.Equal("output_format", (string?)(await ReadAsync(response))["error"]!["param"]);
    }

    [Theory]
    [InlineData("[moderated] fox", 400)]
    [InlineData("[moderated-200] fox", 200)]
    public async Task Refusal_is_a_content_filter_error_in_either_status(string prompt, int status)
    {
        var response = await GenerateAsync(body => body["prompt"] = prompt, Deployment + "/generations" + Version);
        var error = (await ReadAsync(response))["error"]!;

        Assert.Equal((status, "contentFilter"), ((int)response.StatusCode, (string?)error["code"]));
        Assert.True((bool)error["inner_error"]!["content_filter_results"]!["violence"]!["filtered"]!);
    }
}
