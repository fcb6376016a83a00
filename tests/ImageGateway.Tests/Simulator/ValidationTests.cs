using System.Net;
using System.Text.Json.Nodes;

namespace ImageGateway.Tests.Simulator;

public sealed class ValidationTests : SimulatorFixture
{
    [Theory]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","colour":"red"}""", "unknown_parameter", "colour")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","response_format":"b64_json"}""", "unknown_parameter", "response_format")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","input_fidelity":"high"}""", "unknown_parameter", "input_fidelity")]
    [InlineData("""{"prompt":"x"}""", "missing_required_parameter", "model")]
    [InlineData("""{"model":"gpt-image-1"}""", "missing_required_parameter", "prompt")]
    [InlineData("""{"model":"gpt-image-1","prompt":null}""", "missing_required_parameter", "prompt")]
    [InlineData("""{"model":"gpt-image-1","prompt":7}""", "invalid_type", "prompt")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","n":"2"}""", "invalid_type", "n")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","n":1.5}""", "invalid_type", "n")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","stream":"true"}""", "invalid_type", "stream")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","n":0}""", "integer_below_min_value", "n")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","n":11}""", "integer_above_max_value", "n")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","partial_images":4}""", "integer_above_max_value", "partial_images")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","size":"123x456"}""", "invalid_value", "size")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"4096x4096"}""", "invalid_value", "size")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"1000x1000"}""", "invalid_value", "size")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"3840x1024"}""", "invalid_value", "size")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"512x512"}""", "invalid_value", "size")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"big"}""", "invalid_value", "size")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","quality":"hd"}""", "invalid_value", "quality")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","background":"red"}""", "invalid_value", "background")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","background":"transparent","output_format":"jpeg"}""", "invalid_value", "background")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","output_format":"gif"}""", "invalid_value", "output_format")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","moderation":"off"}""", "invalid_value", "moderation")]
    [InlineData("""{"model":"gpt-image-9","prompt":"x"}""", "invalid_value", "model")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x" """, null, null)]
    [InlineData("[]", null, null)]
    public async Task Invalid_generation_is_refused_by_name(string body, string? code, string? param) =>
        await AssertRefusedAsync(await SendAsync("/v1/images/generations", Json(body)), code, param);

    [Theory]
    [InlineData("size", "123x456", "Invalid size '123x456'. Supported sizes are 1024x1024, 1024x1536, 1536x1024, and auto.")]
    [InlineData("model", "gpt-image-9", "The model 'gpt-image-9' does not exist.")]
    [InlineData("response_format", "url", "Unknown parameter: 'response_format'.")]
    public async Task Message_is_the_services_own(string name, string value, string message)
    {
        var answer = await ReadAsync(await GenerateAsync(body => body[name] = value));

        Assert.Equal(message, (string?)answer["error"]!["message"]);
    }

    [Fact]
    public async Task Prompt_may_have_32000_characters_and_no_more()
    {
        Assert.Equal(HttpStatusCode.OK, (await GenerateAsync(body => body["prompt"] = new string('x', 32_000))).StatusCode);
        await AssertRefusedAsync(await GenerateAsync(body => body["prompt"] = new string('x', 32_001)), "string_above_max_length", "prompt");
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized, null)]
    [InlineData("Basic abc", HttpStatusCode.Unauthorized, null)]
    [InlineData("Bearer invalid", HttpStatusCode.Unauthorized, "invalid_api_key")]
    [InlineData("Bearer sk-invalid-0123456789", HttpStatusCode.Unauthorized, "invalid_api_key")]
    [InlineData("Bearer sk-any", HttpStatusCode.OK, null)]
    public async Task Key_is_required_and_some_are_refused(string? header, HttpStatusCode status, string? code)
    {
        Client.DefaultRequestHeaders.Remove("Authorization");
        if (header is not null)
            Client.DefaultRequestHeaders.Add("Authorization", header);

        var response = await GenerateAsync();

        Assert.Equal((status, code), (response.StatusCode, (string?)(await ReadAsync(response))["error"]?["code"]));
    }

    [Fact]
    public async Task Moderated_prompt_is_refused_with_details()
    {
        var response = await GenerateAsync(body => body["prompt"] = "a [moderated] fox");
        var error = (await ReadAsync(response))["error"]!;

        Assert.Equal(("moderation_blocked", "image_generation_user_error"), ((string?)error["code"], (string?)error["type"]));
        Assert.Equal("input", (string?)error["moderation_details"]!["moderation_stage"]);
        Assert.Contains(response.Headers.GetValues("x-request-id").Single(), (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_listed_and_an_unknown_one_is_not_found()
    {
        var list = JsonNode.Parse(await Client.GetStringAsync("/v1/models"))!;
        var unknown = await Client.GetAsync("/v1/models/none");

        Assert.Equal(6, list["data"]!.AsArray().Count);
        Assert.Equal("gpt-image-2", (string?)JsonNode.Parse(await Client.GetStringAsync("/v1/models/gpt-image-2"))!["id"]);
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), (unknown.StatusCode, (string?)(await ReadAsync(unknown))["error"]!["code"]));
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, string? code, string? param)
    {
        var error = (await ReadAsync(response))["error"]!;
        Assert.Equal((HttpStatusCode.BadRequest, code, param), (response.StatusCode, (string?)error["code"], (string?)error["param"]));
        Assert.Equal(["message", "type", "param", "code"], error.AsObject().Select(member => member.Key));
    }
}
