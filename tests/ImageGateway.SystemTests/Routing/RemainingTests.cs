using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Routing;

/// <summary>What a provider says is left of the minute, beside its answer: others use the deployment too.</summary>
public sealed class RemainingTests
{
    [Theory]
    [InlineData("x-ratelimit-remaining-requests", "RequestsPerMinute", "gpt-image-1", 1, "0", "east")]
    [InlineData("x-ratelimit-remaining-requests", "RequestsPerMinute", "dall-e-3", 2, "0", "east")]
    [InlineData("x-ratelimit-remaining-images", "ImagesPerMinute", "gpt-image-1", 1, "0", "east")]
    [InlineData("x-ratelimit-remaining-images", "ImagesPerMinute", "gpt-image-1", 1, "1", "west")]
    [InlineData("x-ratelimit-remaining-images", "ImagesPerMinute", "gpt-image-1", 1, "some", "west")]
    [InlineData("x-ratelimit-remaining-images", "RequestsPerMinute", "gpt-image-1", 1, "0", "west")]
    [InlineData("x-ratelimit-remaining-images", "ImagesPerMinute", "dall-e-3", 2, "0", "east")]
    public async Task Provider_that_has_none_left_is_spared(string header, string limit, string model, int n, string left, string next)
    {
        await using var gateway = await RoutedGateway.StartAsync(
            new JsonObject { ["Targets"] = new JsonArray($"west/{model}", $"east/{model}") },
            provider: new JsonObject { ["Models"] = new JsonArray(new JsonObject { ["Model"] = model, [limit] = 6 }) });
        gateway.Break("west", new Fault { Headers = new Dictionary<string, string> { [header] = left } });

        using var first = await GenerateAsync(gateway, model, n);
        using var second = await GenerateAsync(gateway, model, 1);

        Assert.Equal(($"west/{model}", $"{next}/{model}"), (first.Header("x-gateway-target"), second.Header("x-gateway-target")));
    }

    private static Task<HttpResponseMessage> GenerateAsync(RoutedGateway gateway, string model, int n) => gateway.GenerateAsync(job =>
    {
        job["model"] = model;
        job["n"] = n;
    });
}
