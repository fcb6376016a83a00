using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

/// <summary>A tenant with <c>HideTarget</c> does not learn who answers, nor who fails.</summary>
public sealed class HideTargetTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    public static TheoryData<string, Fault> Faults => new()
    {
        { "400", new Fault { Status = 400 } },
        { "404", new Fault { Status = 404 } },
        { "429", new Fault { Status = 429, Headers = new Dictionary<string, string> { ["retry-after"] = "60" } } },
        { "401", new Fault { Status = 401 } },
        { "500", new Fault { Status = 500 } },
        { "page of a proxy", new Fault { Html = true } },
        { "reset", new Fault { Reset = true } },
        { "error in a 200", new Fault { ErrorIn200 = JsonValue.Create(true) } },
        { "refusal", new Fault { ErrorIn200 = JsonValue.Create("contentFilter") } },
        { "broken stream", new Fault { CutAfterEvents = 1 } },
    };

    [Theory]
    [InlineData("final", 1, false, "gpt-image-1")]
    [InlineData("final", 1, true, "gpt-image-1")]
    [InlineData("img-std", 1, false, "gpt-image-1")]
    [InlineData("dall-e-3", 2, false, "dall-e-3")]
    public async Task Answer_names_the_model_alone(string asked, int n, bool stream, string model)
    {
        using var response = await DiscreetAsync(Change);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal((null, model, $"{n}"), (response.Header("x-gateway-target"), response.Header("x-gateway-model"), response.Header("x-gateway-attempts")));
        await NothingOfTheTargetAsync(response);
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("openai-", StringComparison.OrdinalIgnoreCase));
        using var open = await GenerateAsync(Change);
        Assert.NotNull(open.Header("x-gateway-target"));

        void Change(JsonObject job)
        {
            (job["model"], job["n"], job["stream"], job["quality"]) = (asked, n, stream, "low");
            // An address would be the provider's.
            job["response_format"] = "b64_json";
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Error_says_nothing_of_the_target(string what, Fault fault)
    {
        foreach (var model in (string[])["final", "own name"])
        {
            Gateway.Enable();
            Break(fault);
            using var response = await DiscreetAsync(job => (job["model"], job["stream"]) = (model, fault.CutAfterEvents is not null));

            Assert.True(response.IsSuccessStatusCode == (fault.CutAfterEvents is not null), what);
            await NothingOfTheTargetAsync(response);
        }
    }

    [Fact]
    public async Task Estimate_shows_places_without_names()
    {
        using var response = await PostAsync("/v1/images/estimate", Json(Job(job => (job["model"], job["background"]) = ("final", "transparent"))), ("api-key", Keys.Discreet));

        var estimate = await response.JsonAsync();
        Assert.Equal(2, estimate["targets"]!.AsArray().Count);
        Assert.All(estimate["targets"]!.AsArray(), target => Assert.Null(target!["target"]));
        await NothingOfTheTargetAsync(response);
    }

    private Task<HttpResponseMessage> DiscreetAsync(Action<JsonObject> change) => PostAsync(Generations, Json(Job(change)), ("api-key", Keys.Discreet));

    private async Task NothingOfTheTargetAsync(HttpResponseMessage response)
    {
        var text = $"{response.Headers}{response.Content.Headers}{await response.Content.ReadAsStringAsync()}";
        foreach (var name in (string[])["openai/", "azure", "dalle/", "img-std", "own name", new Uri(Gateway.SimulatorUrl).Authority, Keys.OpenAI, Keys.Azure])
            Assert.DoesNotContain(name, text, StringComparison.OrdinalIgnoreCase);
    }
}
