using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Upstream;

/// <summary>What a provider refuses because of the request: it passes, without anything of the operator's in it.</summary>
public sealed class ProviderRefusalTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(422)]
    public async Task Provider_4xx_keeps_status_code_and_param_and_loses_names(int status)
    {
        var host = new Uri(Gateway.SimulatorUrl).Authority;
        var message = $"Deployment 'img-std' at {host} (https://{host}/openai/deployments/img-std, key {Keys.Azure}) refuses size.";
        Break(new Fault { Status = status, Body = ErrorBody(message, "some_type", "some_code", "size") });
        using var response = await GenerateAsync(job => job["model"] = "azure/img-std");

        var error = await response.ErrorAsync(status, "some_code", "size", "refuses size");
        Assert.Equal("some_type", (string?)error["type"]);
        foreach (var secret in (string[])["img-std", host, "127.0.0.1", Keys.Azure])
            Assert.DoesNotContain(secret, error.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Single(Log.Calls);
    }

    [Theory]
    [InlineData("openai/gpt-image-1")]
    [InlineData("azure/img-std")]
    public async Task Provider_400_passes_in_the_providers_own_words(string target)
    {
        Break(new Fault { Status = 400 });
        using var response = await GenerateAsync(job => job["model"] = target);

        await response.ErrorAsync(400, "invalid_value", "size", "Invalid value for 'size'.");
    }

    [Fact]
    public async Task Provider_400_that_is_no_json_is_never_echoed()
    {
        Break(new Fault { Status = 400, Body = JsonValue.Create("internal: 10.1.2.3 said no") });
        using var response = await GenerateAsync();

        var error = await response.ErrorAsync(400, null, null);
        Assert.DoesNotContain("10.1.2.3", error.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_of_openai_keeps_its_code_and_details()
    {
        using var response = await GenerateAsync(job => job["prompt"] = "[moderated]");

        var error = await response.ErrorAsync(400, "moderation_blocked", null, "safety system");
        Assert.Equal("image_generation_user_error", (string?)error["type"]);
        Assert.Equal(("input", "violence"), ((string?)error["moderation_details"]!["moderation_stage"], (string?)error["moderation_details"]!["categories"]![0]));
        Assert.Single(Log.Calls);
    }

    [Theory]
    [InlineData("azure/img-std", "[moderated]", false)]
    [InlineData("azure/img-std", "[moderated-200]", false)]
    [InlineData("azure/img-std", "[moderated-200]", true)]
    [InlineData("azure-v1/v1-std", "[moderated]", false)]
    [InlineData("azure-v1/v1-std", "[moderated-200]", false)]
    public async Task Content_filter_of_azure_is_a_refusal_in_any_status(string target, string prompt, bool stream)
    {
        using var response = await GenerateAsync(job =>
        {
            job["model"] = target;
            job["prompt"] = prompt;
            job["stream"] = stream;
        });

        await response.ErrorAsync(400, "moderation_blocked", null, "safety system");
        Assert.Single(Log.Calls);
    }

    [Theory]
    [InlineData(400, "content_policy_violation")]
    [InlineData(403, "content_policy_violation")]
    [InlineData(500, "moderation_blocked")]
    public async Task Refusal_leaves_as_400_with_the_providers_code(int status, string code)
    {
        Break(new Fault { Status = status, Body = ErrorBody("Rejected.", "invalid_request_error", code, null) });
        using var response = await GenerateAsync();

        await response.ErrorAsync(400, code, null, "Rejected.");
    }

    private static JsonObject ErrorBody(string message, string type, string? code, string? param) =>
        new() { ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["code"] = code, ["param"] = param } };
}
