using System.Globalization;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Reload;

namespace ImageGateway.SystemTests.Requests;

/// <summary>An estimate says what the job itself would meet.</summary>
public sealed class EstimateTests
{
    // dall-e-3 draws one picture a call, so three are a fan-out.
    [Theory]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","size":"1024x1024"}""", 10_905_000, "0.8")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","size":"1024x1024"}""", 10_905_000, "0.1234567")]
    [InlineData("""{"model":"dall-e-3","prompt":"a fox","n":3,"size":"1024x1024","response_format":"b64_json"}""", 120_000_000, "0.1234567891")]
    public async Task Discount_is_in_the_sum_the_lines_and_the_hold(string body, long listNanoUsd, string factor)
    {
        await using var gateway = await OwnGateway.StartAsync(
            $$""" "Providers": { {{OwnGateway.Account("west", $$"""{ "Model": "gpt-image-1", "PriceFactor": {{factor}} }, { "Model": "dall-e-3", "PriceFactor": {{factor}} }""")}} } """,
            tenant: """, "Limits": { "UsdPerDay": 1 }""");
        var estimate = await EstimateAsync(gateway, body);
        using var answer = await gateway.GenerateAsync(body);
        var (worst, lines) = ((decimal)estimate["worst_case_usd"]!, estimate["targets"]![0]!["lines"]!.AsArray());
        Assert.Equal((worst, worst), (lines.Sum(line => (decimal)line!["usd"]!), (decimal)estimate["targets"]![0]!["worst_case_usd"]!));
        Assert.Equal(worst.ToString("0.#########", CultureInfo.InvariantCulture), answer.Headers.GetValues("x-gateway-reserved-usd").Single());
        Assert.InRange((worst * 1_000_000_000) - (listNanoUsd * decimal.Parse(factor, CultureInfo.InvariantCulture)), 0, 1000);
        Assert.InRange((decimal)estimate["expected_usd"]!, 0, worst);
    }

    [Fact]
    public async Task What_the_job_is_refused_for_is_refused_here_too()
    {
        await using var gateway = await OwnGateway.StartAsync(
            $$""" "Providers": { {{OwnGateway.Account("west", "\"gpt-image-1\", \"dall-e-3\"")}} }, "Routes": [ { "Name": "both", "Targets": [ "west/gpt-image-1", "west/dall-e-3" ] } ] """,
            tenant: """, "RequiredTags": [ "team" ], "Limits": { "MaxQuality": "low" }""");
        Assert.Equal("X-Gateway-Tags", (string?)(await EstimateAsync(gateway, Job("medium")))["error"]!["param"]);
        gateway.Http.DefaultRequestHeaders.Add("X-Gateway-Tags", "team=shop");
        Assert.Equal("quality_not_allowed", (string?)(await EstimateAsync(gateway, Job("high")))["error"]!["code"]);

        var estimate = await EstimateAsync(gateway, Job("medium"));
        Assert.Equal("west/dall-e-3", (string?)Assert.Single(estimate["targets"]!.AsArray())!["target"]);
        var skipped = Assert.Single(estimate["skipped"]!.AsArray())!;
        Assert.Equal(
            ("west/gpt-image-1", "the quality 'medium' is above what tenant:acme may use: at most low", "quality"),
            ((string?)skipped["target"], (string?)skipped["reason"], (string?)skipped["param"]));
        Assert.Empty(gateway.Log.Calls);
    }

    [Fact]
    public async Task Estimate_of_what_no_target_can_do_says_of_each_why()
    {
        await using var gateway = await OwnGateway.StartAsync(
            $$""" "Providers": { {{OwnGateway.Account("west", """{ "Model": "gpt-image-1", "ImagesPerMinute": 2 }, "dall-e-3" """)}} }, "Routes": [ { "Name": "both", "Targets": [ "west/gpt-image-1", "west/dall-e-3" ] } ] """);
        const string Body = """{"model":"gpt-image-1","prompt":"a fox","n":3,"background":"transparent","stream":true}""";
        using var refused = await gateway.GenerateAsync(Body);
        using var response = await gateway.GenerateAsync(Body, "/v1/images/estimate");
        var (error, estimate) = (JsonNode.Parse(await refused.Content.ReadAsStringAsync())!, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);

        Assert.Equal((refused.StatusCode, error["error"]!.ToJsonString()), (response.StatusCode, estimate["error"]!.ToJsonString()));
        Assert.Equal(["error"], error.AsObject().Select(member => member.Key));
        Assert.Equal(["west/gpt-image-1 n", "west/dall-e-3 n"], estimate["skipped"]!.AsArray().Select(skip => $"{skip!["target"]} {skip["param"]}"));
        Assert.Contains("1 to 2, which is all", (string?)estimate["skipped"]![0]!["reason"], StringComparison.Ordinal);
        Assert.Equal((string?)error["error"]!["message"], (string?)estimate["skipped"]![1]!["reason"]);
    }

    private static string Job(string quality) => $$"""{"model":"gpt-image-1","prompt":"a fox","quality":"{{quality}}"}""";

    private static async Task<JsonNode> EstimateAsync(OwnGateway gateway, string body)
    {
        using var response = await gateway.GenerateAsync(body, "/v1/images/estimate");
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
