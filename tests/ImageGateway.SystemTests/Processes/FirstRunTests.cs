using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Processes;

/// <summary>The first five minutes: the program as shipped, with nothing set up.</summary>
public sealed partial class FirstRunTests : IDisposable
{
    private static readonly string[] AnyPort = ["--urls", "http://127.0.0.1:0"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Gateway_as_shipped_prints_a_curl_line_that_draws_and_ends_cleanly_on_a_signal()
    {
        using var gateway = GatewayProcess.Start(_folder.Path, AnyPort);
        var curl = CurlLine().Match(await gateway.LineAsync("curl "));
        Assert.True(curl.Success, "the curl line cannot be read");
        var key = await KeyAsync(gateway);
        Assert.Contains($"Bearer {key}", curl.Value, StringComparison.Ordinal);
        var providers = await gateway.LineAsync("  providers ");
        Assert.All((string[])["openai", "azure", "dalle"], name => Assert.Contains($"{name} (simulated)", providers, StringComparison.Ordinal));

        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, curl.Groups["url"].Value) { Content = new StringContent(curl.Groups["body"].Value, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(curl.Groups["authorization"].Value);
        using var response = await client.SendAsync(request);
        var images = await response.ImagesAsync();

        Assert.Equal((1024, 1024), Pictures.SizeOf(images.Picture()));
        Assert.Equal(("openai/gpt-image-1-mini", "true"), (response.Header("x-gateway-target"), response.Header("x-gateway-simulated")));
        await gateway.TerminateAsync();
        Assert.Equal(0, await gateway.ExitCodeAsync());
        Assert.Empty(gateway.Errors);
    }

    [Fact]
    public async Task Admin_key_of_the_environment_is_used_and_printed_as_it_is()
    {
        using var gateway = GatewayProcess.Start(_folder.Path, AnyPort, ("GATEWAY_ADMIN_KEY", "an-admin-key-of-mine"));

        Assert.EndsWith(" an-admin-key-of-mine", await gateway.LineAsync("admin key"), StringComparison.Ordinal);
        await gateway.TerminateAsync();
        Assert.Equal(0, await gateway.ExitCodeAsync());
    }

    [Fact]
    public async Task Key_of_openai_in_the_environment_makes_that_provider_real()
    {
        using var gateway = GatewayProcess.Start(_folder.Path, AnyPort, ("OPENAI_API_KEY", "sk-never-printed"));
        var providers = await gateway.LineAsync("  providers ");

        Assert.Contains("openai (real", providers, StringComparison.Ordinal);
        Assert.Contains("azure (simulated)", providers, StringComparison.Ordinal);
        var url = (await gateway.LineAsync("ImageGateway listens on")).Split(' ')[^1];
        foreach (var model in (string[])["draft", "final", "gpt-image-1"])
            Assert.All(await TargetsAsync($"{url}/v1/images/estimate", await KeyAsync(gateway), model), target => Assert.StartsWith("openai/", target, StringComparison.Ordinal));
        await gateway.LineAsync("lighthouse.png");
        Assert.DoesNotContain(gateway.Output, line => line.Contains("sk-never-printed", StringComparison.Ordinal));
        // The well-known key of the simulation must not spend money.
        Assert.DoesNotContain("simulated", await gateway.LineAsync("demo key"), StringComparison.Ordinal);
        await gateway.TerminateAsync();
        Assert.Equal(0, await gateway.ExitCodeAsync());
    }

    [Fact]
    public async Task Key_of_azure_in_the_environment_says_how_deployments_must_be_named()
    {
        using var gateway = GatewayProcess.Start(_folder.Path, AnyPort, ("AZURE_OPENAI_ENDPOINT", "https://contoso.openai.azure.com"), ("AZURE_OPENAI_API_KEY", "azure-key"));

        Assert.EndsWith("deployments must be named img-std (gpt-image-1), img-mini (gpt-image-1-mini)", await gateway.LineAsync("deployments must"), StringComparison.Ordinal);
        await gateway.TerminateAsync();
        Assert.Equal(0, await gateway.ExitCodeAsync());
    }

    private static async Task<string> KeyAsync(GatewayProcess gateway) => (await gateway.LineAsync("demo key")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];

    private static async Task<IReadOnlyList<string>> TargetsAsync(string url, string key, string model)
    {
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        using var response = await http.PostAsync(url, new StringContent($$"""{"model":"{{model}}","prompt":"a fox"}""", Encoding.UTF8, "application/json"));
        var estimate = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return [.. estimate["targets"]!.AsArray().Concat(estimate["skipped"]!.AsArray()).Select(target => (string)target!["target"]!)];
    }

    [GeneratedRegex("""curl -s (?<url>\S+) -H "Authorization: (?<authorization>[^"]+)" -H "Content-Type: application/json" -d '(?<body>[^']+)'""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CurlLine();
}
