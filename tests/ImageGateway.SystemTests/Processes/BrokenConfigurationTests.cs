using System.Net;
using System.Net.Sockets;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Processes;

public sealed class BrokenConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Database_whose_server_is_not_found_is_told_in_one_line()
    {
        var errors = await StartAsync("""
            { "ConnectionStrings": { "Database": "Host=postgres.invalid;Database=gateway" },
              "Gateway": { "Providers": { "openai": { "Kind": "OpenAI", "Simulated": true, "Models": [ "gpt-image-1" ] } } } }
            """);

        Assert.StartsWith("ConnectionStrings:Database: the database cannot be used: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_mistake_of_meaning_is_told_at_once()
    {
        var errors = await StartAsync("""
            {
              "Gateway": {
                "Limits": { "JsonBytes": 0 },
                "Providers": {
                  "openai": { "Kind": "OpenAI", "BaseUrl": "not a url", "ApiKey": "sk-literal", "Models": [ "gpt-image-1", "no-such-model" ] },
                  "azure": { "Kind": "AzureOpenAI", "Endpoint": "https://contoso.example", "ApiKey": "env:IMAGEGATEWAY_NOT_SET", "Deployments": { "d": { "Model": "gpt-image-1" } } },
                  "other": { "Kind": "Other", "Timeout": "00:00:00", "Models": [ "gpt-image-1" ] }
                },
                "Routes": [ { "Name": "drafts", "When": { "Tier": "draft" }, "Targets": [ "azure/d", "azure/missing" ] } ],
                "Tenants": { "acme": { "Keys": [ { "Name": "web", "Secret": "file:missing" } ] } }
              }
            }
            """);

        CheckEach(errors,
            "Gateway:Limits:JsonBytes: ",
            "Gateway:Providers:openai:BaseUrl: ",
            "Gateway:Providers:openai:ApiKey: ",
            "Gateway:Providers:openai:Models:1: ",
            "Gateway:Providers:azure:ApiKey: ",
            "Gateway:Providers:other:Kind: ",
            "Gateway:Providers:other:Timeout: ",
            "Gateway:Routes:0:Targets:1: ",
            "Gateway:Tenants:acme:Keys:0:Secret: ");
        Assert.DoesNotContain(errors, line => line.Contains("sk-literal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_mistake_of_form_is_told_at_once()
    {
        var errors = await StartAsync("""
            {
              "Gateway": {
                "Colour": "blue",
                "Limits": { "JsonBytes": "many" },
                "Providers": { "openai": { "Kind": "OpenAI", "Timeout": "soon", "Modles": [ "gpt-image-1" ] } },
                "Routes": [ { "Name": "drafts", "When": { "Tier": "sketch" } } ]
              }
            }
            """);

        CheckEach(errors,
            "Gateway:Colour: ",
            "Gateway:Limits:JsonBytes: ",
            "Gateway:Providers:openai:Timeout: ",
            "Gateway:Providers:openai:Modles: ",
            "Gateway:Routes:0:When:Tier: ");
    }

    [Fact]
    public async Task Mistakes_of_form_and_of_meaning_are_told_together()
    {
        var errors = await StartAsync("""
            {
              "Gateway": {
                "Colour": "blue",
                "Providers": { "openai": { "Kind": "OpenAI", "BaseUrl": "http://127.0.0.1:1/v1", "ApiKey": "env:IMAGEGATEWAY_NOT_SET", "Models": [ "gpt-image-1" ] } },
                "Routes": [ { "Name": "drafts", "When": { "Tier": "draft" }, "Targets": [ "openai/missing" ] } ]
              }
            }
            """);

        CheckEach(errors, "Gateway:Colour: ", "Gateway:Providers:openai:ApiKey: ", "Gateway:Routes:0:Targets:0: ");
    }

    [Theory]
    [InlineData("Urls: 'nonsense' is not an address to listen at", "--urls", "nonsense")]
    [InlineData("Urls: 'http://127.0.0.1:99999' is not an address to listen at", "--urls", "http://127.0.0.1:99999")]
    [InlineData("Urls: 'http://127.0.0.1:1/path' is not an address to listen at", "--urls", "http://127.0.0.1:1/path")]
    [InlineData("Kestrel:Endpoints:Http:Url: 'zzz' is not an address to listen at", "--Kestrel:Endpoints:Http:Url", "zzz")]
    [InlineData("Urls: cannot listen at http://192.0.2.1:8080: ", "--urls", "http://192.0.2.1:8080")]
    [InlineData("Kestrel: a certificate cannot be read: Could not find file", "--urls", "https://127.0.0.1:0", "--Kestrel:Certificates:Default:Path", "none.pfx")]
    [InlineData("Gateway:Admin:Urls: ", "--urls", "http://127.0.0.1:0", "--Gateway:Admin:Urls", "http://192.0.2.1:8080")]
    public async Task Address_that_cannot_be_listened_at_is_told_in_one_line(string line, params string[] args) => await AssertToldAsync(line, args);

    [Fact]
    public async Task Address_in_use_is_told_with_the_option_that_has_it()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        await AssertToldAsync($"Urls: Failed to bind to address {taken}: address already in use. Choose another address with --urls ", "--urls", taken);
        await AssertToldAsync($"Gateway:Admin:Urls: Failed to bind to address {taken}: address already in use. Choose another address", "--urls", "http://127.0.0.1:0", "--Gateway:Admin:Urls", taken);
        await AssertToldAsync($"Kestrel:Endpoints: Failed to bind to address {taken}: address already in use. Choose another address", "--Kestrel:Endpoints:Http:Url", taken);
    }

    [Fact]
    public async Task Endpoint_of_a_first_run_that_is_no_url_is_told_once()
    {
        using var gateway = GatewayProcess.Start(_folder.Path, ["--urls", "http://127.0.0.1:0"], ("AZURE_OPENAI_ENDPOINT", "not a url"), ("AZURE_OPENAI_API_KEY", "key"));

        Assert.Equal(1, await gateway.ExitCodeAsync());
        Assert.Equal("Gateway:Providers:azure:Endpoint: 'not a url' is not an http or https URL without user, query and fragment", Assert.Single(gateway.Errors));
    }

    [Theory]
    [InlineData("{ \"Gateway\": {")]
    [InlineData("not JSON")]
    public async Task File_that_is_no_json_is_named(string text)
    {
        var errors = await StartAsync(text);

        Assert.Contains("broken.json", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_missing_is_named()
    {
        using var gateway = GatewayProcess.Start(_folder.Path, ["--config", "nowhere.json"]);

        Assert.Equal(1, await gateway.ExitCodeAsync());
        Assert.Contains("nowhere.json", Assert.Single(gateway.Errors), StringComparison.Ordinal);
    }

    // The log on standard output has no stack trace either.
    private async Task AssertToldAsync(string line, params string[] args)
    {
        using var gateway = GatewayProcess.Start(_folder.Path, args);

        Assert.Equal(1, await gateway.ExitCodeAsync());
        Assert.StartsWith(line, Assert.Single(gateway.Errors), StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Output, told => told.Contains("   at ", StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<string>> StartAsync(string configuration)
    {
        using var gateway = GatewayProcess.Start(_folder.Path, ["--config", _folder.Write("broken.json", configuration), "--urls", "http://127.0.0.1:0"]);

        Assert.Equal(1, await gateway.ExitCodeAsync());
        return gateway.Errors;
    }

    private static void CheckEach(IReadOnlyList<string> errors, params string[] paths)
    {
        Assert.All(paths, path => Assert.Contains(errors, line => line.StartsWith(path, StringComparison.Ordinal)));
        Assert.All(errors, line => Assert.Matches("^Gateway(:[^: ]+)+: .+", line));
        Assert.Equal(errors.Count, errors.Distinct().Count());
    }
}
