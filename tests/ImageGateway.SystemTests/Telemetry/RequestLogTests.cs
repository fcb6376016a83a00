using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Telemetry;

/// <summary>What a gateway writes to its console, as an operator's collector reads it.</summary>
public sealed class RequestLogTests : IDisposable
{
    private const string Secret = "a very secret fox";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Request_is_one_line_of_json_without_prompt_or_key_and_the_level_changes_with_the_file()
    {
        Write("Information");
        using var gateway = GatewayProcess.Start(_folder.Path, ["--config", "gateway.json", "--urls", "http://127.0.0.1:0"], ("ACME_KEY", Keys.Acme));
        using var http = new HttpClient { BaseAddress = new Uri(Url(await gateway.LineAsync("Listening on"))) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Acme);

        var drawn = await GenerateAsync(http, Keys.Acme);
        var wrong = await GenerateAsync(http, "igw_a_key_that_is_none");
        var (job, refused) = (await LineAsync(gateway, drawn), await LineAsync(gateway, wrong));

        Assert.Equal(("POST", "/v1/images/generations", 200), ((string?)job["Method"], (string?)job["Path"], (int)job["Status"]!));
        Assert.Equal(("acme", "openai/gpt-image-1", "completed", 1), ((string?)job["Tenant"], (string?)job["Target"], (string?)job["Outcome"], (int)job["Attempts"]!));
        Assert.True((double)job["CostUsd"]! > 0 && (double)job["DurationMs"]! >= (double)job["FirstByteMs"]! && (double)job["QueuedMs"]! >= 0, job.ToJsonString());
        Assert.Equal((401, null), ((int)refused["Status"]!, (string?)refused["Tenant"]));

        // Probes are told at Debug only; a path cannot forge a line.
        using var quiet = await http.GetAsync("/healthz/live");
        Write("Debug");
        await gateway.LineAsync("Configuration reloaded");
        using var probe = await http.GetAsync("/healthz/live?key=in-a-query");
        using var forged = await http.GetAsync("/v1/models/a%0Ab");
        Assert.Equal("/healthz/live", (string?)(await LineAsync(gateway, probe.Header("x-request-id")!))["Path"]);
        var line = await LineAsync(gateway, forged.Header("x-request-id")!);
        Assert.Equal(("/v1/models/a%0Ab", "acme", "default", "acme/web"), ((string?)line["Path"], (string?)line["Tenant"], (string?)line["Project"], (string?)line["Key"]));
        Assert.DoesNotContain(gateway.Output, line => line.Contains(quiet.Header("x-request-id")!, StringComparison.Ordinal));

        Write("Fatal");
        await Until.TrueAsync(async () => !await IsToldAsync(gateway, http), "nothing is told any more");
        Assert.All(gateway.Output, line => Assert.NotNull(JsonNode.Parse(line)));
        foreach (var secret in (string[])[Secret, Keys.Acme, "igw_a_key_that_is_none", "in-a-query"])
            Assert.DoesNotContain(gateway.Output.Concat(gateway.Errors), line => line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_whose_client_does_not_wait_leaves_the_line_of_any_job()
    {
        Write("Information");
        using var gateway = GatewayProcess.Start(_folder.Path, ["--config", "gateway.json", "--urls", "http://127.0.0.1:0"], ("ACME_KEY", Keys.Acme));
        using var http = new HttpClient { BaseAddress = new Uri(Url(await gateway.LineAsync("Listening on"))), DefaultRequestHeaders = { { "Prefer", "respond-async" } } };

        var drawn = await GenerateAsync(http, Keys.Acme);
        var job = JsonNode.Parse(await gateway.LineAsync($"\"RequestId\":\"{drawn}\",\"Tenant\":\"acme\",\"Project\":\"default\",\"Key\":\"acme/web\",\"Target\""))!["Properties"]!;

        Assert.Equal(("POST", "/v1/images/generations", 200), ((string?)job["Method"], (string?)job["Path"], (int)job["Status"]!));
        Assert.Equal(("openai/gpt-image-1", "completed", 1), ((string?)job["Target"], (string?)job["Outcome"], (int)job["Attempts"]!));
        Assert.True((double)job["CostUsd"]! > 0 && (double)job["DurationMs"]! >= (double)job["FirstByteMs"]! && (double)job["QueuedMs"]! >= 0, job.ToJsonString());
    }

    [Fact]
    public async Task Level_that_is_none_is_a_mistake_at_start()
    {
        Write("Loud");
        using var gateway = GatewayProcess.Start(_folder.Path, ["--config", "gateway.json", "--Serilog:Format", "xml"], ("ACME_KEY", Keys.Acme));

        Assert.Equal(1, await gateway.ExitCodeAsync());
        Assert.Equal(["Serilog:Format", "Serilog:MinimumLevel"], gateway.Errors.Select(line => line.Split(": ")[0]).Order());
    }

    private void Write(string level) => _folder.Write("gateway.json", $$"""
        { "Serilog": { "MinimumLevel": "{{level}}" },
          "Gateway": {
            "Providers": { "openai": { "Kind": "OpenAI", "Simulated": true, "Models": [ "gpt-image-1" ] } },
            "Tenants": { "acme": { "Keys": [ { "Name": "web", "Secret": "env:ACME_KEY" } ] } } } }
        """);

    private static string Url(string line) => (string)JsonNode.Parse(line)!["Properties"]!["Urls"]![0]!;

    private static async Task<string> GenerateAsync(HttpClient http, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/images/generations") { Content = new StringContent($$"""{"model":"gpt-image-1","prompt":"{{Secret}}","quality":"low"}""", Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await http.SendAsync(request);
        return response.Header("x-request-id")!;
    }

    private static async Task<JsonNode> LineAsync(GatewayProcess gateway, string id) => JsonNode.Parse(await gateway.LineAsync($"\"RequestId\":\"{id}\""))!["Properties"]!;

    private static async Task<bool> IsToldAsync(GatewayProcess gateway, HttpClient http)
    {
        using var response = await http.GetAsync("/v1/models");
        using var after = await http.GetAsync("/v1/models");
        return gateway.Output.Any(line => line.Contains(response.Header("x-request-id")!, StringComparison.Ordinal));
    }
}
