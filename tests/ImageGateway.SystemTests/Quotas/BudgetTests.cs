using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>Limits over sockets: what is refused, what the client is told, and that no interleaving passes a budget.</summary>
public sealed class BudgetTests
{
    // A prompt of 5 bytes at low quality, 1024x1024: 272 tokens out and at most 5 in.
    private const string Draw = """{"model":"gpt-image-1","prompt":"a fox","quality":"low","size":"1024x1024"}""";
    private const decimal WorstUsd = 0.010905m;

    // What is given again holds nothing.
    [Fact]
    public async Task Worst_case_is_told_without_limits_too()
    {
        await using var gateway = await StartAsync("{}", """, "Cache": { "Ttl": "01:00:00" }""");
        using var drawn = await gateway.GenerateAsync(Draw);
        await drawn.Content.ReadAsByteArrayAsync();
        using var again = await gateway.GenerateAsync(Draw);
        Assert.Equal(WorstUsd, decimal.Parse(drawn.Headers.GetValues("x-gateway-reserved-usd").Single(), CultureInfo.InvariantCulture));
        Assert.Equal(("hit", false), (again.Headers.GetValues("x-gateway-cache").Single(), again.Headers.Contains("x-gateway-reserved-usd")));
    }

    [Fact]
    public async Task Concurrent_jobs_never_pass_a_budget()
    {
        await using var gateway = await StartAsync($$"""{ "UsdPerDay": {{(20.5m * WorstUsd).ToString(CultureInfo.InvariantCulture)}} }""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => gateway.GenerateAsync(Draw)));
        Assert.Equal([(HttpStatusCode.OK, 20), (HttpStatusCode.TooManyRequests, 40)], answers.CountBy(answer => answer.StatusCode).Select(count => (count.Key, count.Value)).Order());
        var limit = await SettledAsync(gateway);
        Assert.Equal(("tenant:acme", "usd_per_day"), ((string?)limit["scope"], (string?)limit["limit"]));
        Assert.InRange((decimal)limit["used"]!, 0.2m, (decimal)limit["max"]!);
        Assert.Equal(20, gateway.Log.Total);
    }

    [Fact]
    public async Task Spent_budget_says_what_when_and_that_waiting_a_little_is_in_vain()
    {
        await using var gateway = await StartAsync("""{ "UsdPerMonth": 0.012 }""");
        using var first = await gateway.GenerateAsync(Draw);
        Assert.Equal(WorstUsd, decimal.Parse(first.Headers.GetValues("x-gateway-reserved-usd").Single(), CultureInfo.InvariantCulture));
        await SettledAsync(gateway);
        using var second = await gateway.GenerateAsync(Draw);
        Assert.Equal((HttpStatusCode.TooManyRequests, "false"), (second.StatusCode, second.Headers.GetValues("x-should-retry").Single()));
        var error = await ErrorAsync(second);
        Assert.Equal(("insufficient_quota", "insufficient_quota"), ((string?)error["type"], (string?)error["code"]));
        Assert.Matches("^The limit usd_per_month of tenant:acme is reached: 0.012 USD allowed, 0.0108[0-9]* spent, 0 held .* It resets at 20", (string?)error["message"]);
    }

    // The size is not asked for, so the dearest of the dearest target is held: nothing is spent, and still there is no room.
    [Theory]
    [InlineData("UsdPerMonth", "0.02", "", "usd_per_month .* does not cover this job: 0.02 USD allowed, 0 spent, 0 held by jobs in flight, and this job may take up to 0[.][1-9][0-9]*, at openai/gpt-image-2, the dearest target it may go to[.] It resets at 20", true)]
    [InlineData("UsdTotal", "0.02", """, "HideTarget": true""", "usd_total .* and this job may take up to 0[.][1-9][0-9]*[.] It does not reset[.]", true)]
    [InlineData("OutputTokensPerMonth", "100", "", "output_tokens_per_month .* does not cover this job: 100 tokens allowed, .* at openai/", true)]
    [InlineData("OutputTokensPerMinute", "100", "", "output_tokens_per_minute .* does not cover this job: 100 allowed, .* at openai/.* It will not pass later either[.]", false)]
    public async Task Limit_that_is_too_small_for_the_job_says_so_and_not_that_it_is_reached(string limit, string value, string tenant, string message, bool isInsufficient)
    {
        await using var gateway = await OwnGateway.StartAsync(
            $$""" "Providers": { {{OwnGateway.Account("openai", "\"gpt-image-1-mini\", \"gpt-image-2\"")}} }, "Routes": [ { "Name": "drafts", "When": { "Tier": "draft" }, "Targets": [ "openai/gpt-image-1-mini", "openai/gpt-image-2" ] } ] """,
            tenant: $$""" , "Limits": { "{{limit}}": {{value}} } {{tenant}} """);
        using var refused = await gateway.GenerateAsync("""{"model":"draft","prompt":"a fox"}""");
        var error = await ErrorAsync(refused);
        Assert.Equal((HttpStatusCode.TooManyRequests, "false", false), (refused.StatusCode, refused.Headers.GetValues("x-should-retry").Single(), refused.Headers.Contains("retry-after")));
        Assert.Equal(isInsufficient ? "insufficient_quota" : "rate_limit_exceeded", (string?)error["code"]);
        Assert.Matches($"^The limit {message}", (string?)error["message"]);
        Assert.DoesNotContain("is reached", (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_a_minute_are_limited_with_a_true_retry_after()
    {
        await using var gateway = await StartAsync("""{ "ImagesPerMinute": 2 }""");
        using var first = await gateway.GenerateAsync(Draw);
        Assert.Equal(("2", "1"), (first.Headers.GetValues("x-ratelimit-limit-images").Single(), first.Headers.GetValues("x-ratelimit-remaining-images").Single()));
        using var second = await gateway.GenerateAsync(Draw);
        using var third = await gateway.GenerateAsync(Draw);
        Assert.Equal(("rate_limit_exceeded", "requests"), ((string?)(await ErrorAsync(third))["code"], (string?)(await ErrorAsync(third))["type"]));
        Assert.InRange(int.Parse(third.Headers.GetValues("retry-after-ms").Single(), CultureInfo.InvariantCulture), 20_000, 30_000);
        using var never = await gateway.GenerateAsync("""{"model":"gpt-image-1","prompt":"a fox","n":3}""");
        Assert.Equal((HttpStatusCode.BadRequest, "n"), (never.StatusCode, (string?)(await ErrorAsync(never))["param"]));
    }

    [Theory]
    [InlineData("ImagesPerMinute", 2, HttpStatusCode.OK)]
    [InlineData("ConcurrentImages", 2, HttpStatusCode.OK)]
    [InlineData("ImagesPerMinute", 1, HttpStatusCode.BadRequest)]
    public async Task Pictures_count_as_the_route_lowers_them(string limit, int most, HttpStatusCode status)
    {
        await using var gateway = await OwnGateway.StartAsync(
            $$""" "Providers": { {{OwnGateway.Account("openai")}} }, "Routes": [ { "Name": "few", "Ceilings": { "MaxN": 2 } } ] """, tenant: $$""" , "Limits": { "{{limit}}": {{most}} } """);
        using var answer = await gateway.GenerateAsync("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","n":5}""");
        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.BadRequest)
            Assert.StartsWith("Invalid value for 'n': '5'. Allowed: at most 1, the images_per_minute of tenant:acme", (string?)(await ErrorAsync(answer))["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_a_minute_are_limited_at_the_edge()
    {
        await using var gateway = await StartAsync("""{ "RequestsPerMinute": 2 }""");
        foreach (var path in (string[])["/v1/models", "/openai/v1/models", "/openai/models/gpt-image-1", "/v1/quota"])
            Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync(path)).StatusCode); // looking is free
        foreach (var path in (string[])["/v1", "/openai/v1", "/openai", "/openai/deployments/gpt-image-1"])
            Assert.Equal(HttpStatusCode.OK, (await gateway.GenerateAsync(Draw, $"{path}/images/estimate")).StatusCode);
        using var first = await gateway.GenerateAsync("no json");
        using var second = await gateway.GenerateAsync(Draw);
        using var third = await gateway.GenerateAsync(Draw);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (first.StatusCode, second.StatusCode, third.StatusCode));
        Assert.Equal("0", third.Headers.GetValues("x-ratelimit-remaining-requests").Single());
        Assert.Single(await QuotaAsync(gateway));
    }

    // Those of the end user are counted when the job has been read, and have more room.
    [Fact]
    public async Task Tightest_limit_of_requests_is_told_wherever_it_was_counted()
    {
        await using var gateway = await StartAsync(
            """{ "RequestsPerMinute": 3 }""", """, "Users": { "*": { "Limits": { "RequestsPerMinute": 100 } }, "busy": { "Limits": { "RequestsPerMinute": 2 } } }""");
        using var wide = await gateway.GenerateAsync("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","user":"someone"}""");
        using var narrow = await gateway.GenerateAsync("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","user":"busy"}""");
        Assert.Equal([("3", "2"), ("2", "1")], new[] { wide, narrow }.Select(answer => (Told(answer, "limit"), Told(answer, "remaining"))));

        static string Told(HttpResponseMessage answer, string what) => answer.Headers.GetValues($"x-ratelimit-{what}-requests").Single();
    }

    [Fact]
    public async Task Warning_limit_is_told_and_refuses_nothing()
    {
        await using var gateway = await StartAsync("""{ "UsdPerDay": 0.012, "Mode": "warn" }""");
        using var first = await gateway.GenerateAsync(Draw);
        using var second = await gateway.GenerateAsync(Draw);
        Assert.False(first.Headers.Contains("x-gateway-warning"));
        Assert.Equal((HttpStatusCode.OK, "usd_per_day"), (second.StatusCode, second.Headers.GetValues("x-gateway-warning").Single()));
    }

    [Theory]
    [InlineData("high")]
    [InlineData("auto")]
    public async Task Better_quality_than_allowed_is_forbidden(string quality)
    {
        await using var gateway = await StartAsync("""{ "MaxQuality": "medium" }""");
        using var answer = await gateway.GenerateAsync($$"""{"model":"gpt-image-1","prompt":"a fox","quality":"{{quality}}"}""");
        Assert.Equal((HttpStatusCode.Forbidden, "quality_not_allowed"), (answer.StatusCode, (string?)(await ErrorAsync(answer))["code"]));
        using var allowed = await gateway.GenerateAsync("""{"model":"gpt-image-1","prompt":"a fox","quality":"medium"}""");
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Theory]
    [InlineData("high", "max_quality")]
    [InlineData("medium", null)]
    public async Task Better_quality_than_a_warning_limit_is_told_and_drawn(string quality, string? warning)
    {
        await using var gateway = await StartAsync("""{ "MaxQuality": "medium", "Mode": "warn" }""");
        using var answer = await gateway.GenerateAsync($$"""{"model":"gpt-image-1","prompt":"a fox","quality":"{{quality}}"}""");
        Assert.Equal((HttpStatusCode.OK, warning), (answer.StatusCode, answer.Headers.TryGetValues("x-gateway-warning", out var told) ? told.Single() : null));
    }

    [Fact]
    public async Task End_users_have_limits_of_their_own()
    {
        await using var gateway = await StartAsync("{}", """, "Users": { "*": { "Limits": { "ImagesPerMinute": 1 } } }""");
        HttpStatusCode[] codes = [.. await Task.WhenAll(new[] { "u1", "u1", "u2" }.Select(async user =>
        {
            using var answer = await gateway.GenerateAsync($$"""{"model":"gpt-image-1","prompt":"a fox","quality":"low","user":"{{user}}"}""");
            return answer.StatusCode;
        }))];
        Assert.Equal(1, codes.Take(2).Count(code => code == HttpStatusCode.OK));
        Assert.Equal(HttpStatusCode.OK, codes[2]);
    }

    [Fact]
    public async Task Job_that_failed_before_it_cost_anything_gives_its_hold_back()
    {
        await using var gateway = await StartAsync("""{ "UsdPerDay": 1 }""");
        gateway.Faults.Add(new FaultRule { Fault = new Fault { Status = 500 } });
        using var failed = await gateway.GenerateAsync(Draw);
        Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        var limit = (await QuotaAsync(gateway))[0]!;
        Assert.Equal((0m, 0m, 1m), ((decimal)limit["used"]!, (decimal)limit["held"]!, (decimal)limit["remaining"]!));
    }

    // There is room for what one job holds, and each gives all of it back, in a moment that the next one does not wait for.
    [Theory]
    [InlineData("""{ "UsdPerDay": 0.015 }""")]
    [InlineData("""{ "ConcurrentImages": 1 }""")]
    [InlineData("""{ "OutputTokensPerMinute": 400 }""")]
    public async Task Client_that_asks_one_after_the_other_does_not_meet_its_own_last_job(string limits)
    {
        await using var gateway = await StartAsync(limits);
        gateway.Faults.Add(new FaultRule { Fault = new Fault { Status = 400 } });
        for (var i = 0; i < 30; i++)
        {
            using var refused = await gateway.GenerateAsync(Draw);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    // The provider may have drawn the picture: what it may bill stays spent.
    [Fact]
    public async Task Job_whose_provider_may_bill_is_settled_at_its_worst_case()
    {
        await using var gateway = await StartAsync("""{ "UsdPerDay": 1 }""");
        gateway.Faults.Add(new FaultRule { Fault = new Fault { Reset = true } });
        using var failed = await gateway.GenerateAsync(Draw);
        Assert.Equal(HttpStatusCode.BadGateway, failed.StatusCode);
        var limit = (await QuotaAsync(gateway))[0]!;
        Assert.Equal((WorstUsd, 0m), ((decimal)limit["used"]!, (decimal)limit["held"]!));
    }

    private static Task<OwnGateway> StartAsync(string limits, string more = "") => OwnGateway.StartAsync(
        $$""" "Providers": { {{OwnGateway.Account("openai")}} } """, tenant: $$""" , "Limits": {{limits}} {{more}} """);

    private static async Task<JsonArray> QuotaAsync(OwnGateway gateway) => JsonNode.Parse(await gateway.Http.GetStringAsync("/v1/quota"))!["limits"]!.AsArray();

    /// <summary>How the only limit stands when nothing is held any more: a job is settled when its client may have the answer already.</summary>
    private static async Task<JsonNode> SettledAsync(OwnGateway gateway)
    {
        JsonNode limit = null!;
        await Until.TrueAsync(async () => (decimal)(limit = (await QuotaAsync(gateway)).Single()!)["held"]! == 0, "every job is settled");
        return limit;
    }

    private static async Task<JsonNode> ErrorAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!;
}
