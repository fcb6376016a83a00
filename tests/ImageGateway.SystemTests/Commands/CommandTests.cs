using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Tenants;

namespace ImageGateway.SystemTests.Commands;

/// <summary>The command line as an operator types it, each command in a process of its own.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Key_is_issued_used_listed_and_revoked()
    {
        await using var gateway = await AdminGateway.StartAsync();

        var (made, lines, errors) = await RunAsync(gateway, "keys", "create", "--tenant", "acme", "--new-tenant", "--name", "laptop", "--project", "web");
        var (secret, id) = (Assert.Single(lines), Assert.Single(errors).Split(' ')[0]);
        Assert.Equal((0, 200), (made, await gateway.CallAsync(secret)));

        var (listed, keys, _) = await RunAsync(gateway, "keys", "list", "--tenant", "acme");
        Assert.Equal((0, $"{id}\tweb\tlaptop\t{secret[..8]}\tactive"), (listed, Assert.Single(keys)));

        var (revoked, _, _) = await RunAsync(gateway, "keys", "revoke", id, "--tenant", "acme");
        Assert.Equal((0, 401), (revoked, await gateway.CallAsync(secret)));

        var (refused, _, why) = await RunAsync(gateway, "keys", "revoke", id, "--tenant", "acme");
        Assert.Equal((1, $"404: The tenant 'acme' has no key '{id}'."), (refused, Assert.Single(why)));
    }

    [Fact]
    public async Task Job_is_estimated_and_the_ledger_exported()
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var job = await gateway.SendAsync(HttpMethod.Post, "/v1/images/generations", """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""", AdminGateway.FixedKey);

        var (estimated, lines, _) = await RunAsync(gateway, "estimate", "--model", "gpt-image-1", "--prompt", "a fox", "--quality", "high", "--size", "1024x1024", "--tags", "team=shop");
        Assert.Equal(0, estimated);
        Assert.Contains(lines, line => line == "  openai/gpt-image-1: at most 0.166425 USD, expected 0.16641 USD");
        Assert.Contains(lines, line => line == "    image_output: 4160 at 40 = 0.1664 USD");
        Assert.StartsWith("400: Invalid value for 'X-Gateway-Tags'", Assert.Single((await RunAsync(gateway, "estimate", "--prompt", "a fox", "--tags", "team")).Errors), StringComparison.Ordinal);

        var (exported, none, _) = await RunAsync(gateway, "export", "--format", "jsonl", "--from", "2020-01-01", "--output", "ledger.jsonl");
        Assert.Equal((0, 0), (exported, none.Count));
        Assert.Contains(job.Header("x-request-id")!, Assert.Single(File.ReadAllLines(Path.Combine(_folder.Path, "ledger.jsonl"))), StringComparison.Ordinal);
        var (wrong, _, why) = await RunAsync(gateway, "export", "--from", "yesterday");
        Assert.Equal((1, true), (wrong, Assert.Single(why).StartsWith("400: ", StringComparison.Ordinal)));
        Assert.StartsWith("400: Invalid value for 'tenant'", Assert.Single((await RunAsync(gateway, "export", "--tenant", "")).Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing/ledger.csv", "--output: Could not find a part of the path")]
    [InlineData(".", "--output: Access to the path")]
    public async Task Output_that_cannot_be_written_is_told(string output, string line)
    {
        await using var gateway = await AdminGateway.StartAsync();
        var (code, _, errors) = await RunAsync(gateway, "export", "--output", output);
        Assert.Equal((1, true), (code, Assert.Single(errors).StartsWith(line, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Health_is_the_exit_code()
    {
        await using var gateway = await AdminGateway.StartAsync();

        var (ready, lines, _) = await RunAsync(gateway, "health");
        Assert.Equal((0, true), (ready, Assert.Single(lines).StartsWith("{\"status\":\"healthy\"", StringComparison.Ordinal)));
        await gateway.SendAsync(HttpMethod.Post, "/admin/v1/targets/openai/gpt-image-1/drain");
        Assert.Equal(1, (await RunAsync(gateway, "health")).Code);
        Assert.Equal(0, (await RunAsync(gateway, "health", "--live")).Code);

        var (gone, _, why) = await RunAsync(null, "health", "--url", "http://127.0.0.1:1");
        Assert.Equal((1, true), (gone, Assert.Single(why).StartsWith("The gateway at http://127.0.0.1:1 does not answer", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Configuration_is_checked_with_its_secrets_or_without()
    {
        _folder.Write("good.json", """{ "Gateway": { "Providers": { "openai": { "Kind": "OpenAI", "BaseUrl": "https://api.openai.com/v1", "ApiKey": "env:KEY_OF_MINE", "Models": [ "gpt-image-1" ] } } } }""");

        Assert.Equal((1, "Gateway:Providers:openai:ApiKey: the environment variable KEY_OF_MINE is not set"), await CheckAsync("--config", "good.json"));
        var (code, lines, _) = await RunAsync(null, "check-config", "--config", "good.json", "--without-secrets");
        Assert.Equal((0, true), (code, Assert.Single(lines).EndsWith("1 targets, 0 routes, 0 tenants. No mistake.", StringComparison.Ordinal)));
        Assert.Equal((1, "--config: the file 'none.json' does not exist"), await CheckAsync("--config", "none.json"));
        Assert.Equal((1, "Gateway:Limits:JsonBytes: must be 1 to 1073741824, not 0"), await CheckAsync("--config", "good.json", "--without-secrets", "--Gateway:Limits:JsonBytes", "0"));
        Assert.Equal((1, "ConnectionStrings:Redis: is not a valid Redis connection string (HOST:PORT,password=…,ssl=true)"), await CheckAsync("--config", "good.json", "--without-secrets", "--ConnectionStrings:Redis", "x,y=z", "--ConnectionStrings:Database", "Data Source=data/x.db"));
        Assert.Equal((1, "--confg: there is no such switch; options are --Gateway:NAME"), await CheckAsync("--confg", "good.json"));
        Assert.Equal((1, "Urls: 'nonsense' is not an address to listen at, as in http://127.0.0.1:9090"), await CheckAsync("--config", "good.json", "--without-secrets", "--urls=nonsense"));
        Assert.Equal((1, "Gateway:Admin:Urls:0: 'zzz' is not an address to listen at, as in http://127.0.0.1:9090"), await CheckAsync("--config", "good.json", "--without-secrets", "/Gateway:Admin:Urls=zzz"));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "data")), "a check opens no database");
    }

    [Theory]
    [InlineData(0, "ImageGateway ", "version")]
    [InlineData(0, "  One OpenAI-compatible images endpoint", "--help")]
    [InlineData(0, "    ImageGateway keys create --tenant demo", "keys", "--help")]
    [InlineData(1, "Unrecognized command or argument 'servee'.", "servee")]
    [InlineData(1, "my.json: is not a switch; the configuration's file is given as --config my.json", "serve", "my.json")]
    [InlineData(1, "my.json: is not a switch; the configuration's file is given as --config my.json", "check-config", "my.json")]
    [InlineData(1, "-x: there is no such switch", "-x", "--urls=http://127.0.0.1:0")]
    [InlineData(1, "--urls: needs a value", "--urls")]
    [InlineData(1, "Option '--tenant' is required.", "keys", "list")]
    [InlineData(1, "Set GATEWAY_ADMIN_KEY to the key to use", "keys", "list", "--tenant", "acme")]
    [InlineData(1, "--url: 'nowhere' is not an http or https address", "health", "--url", "nowhere")]
    public async Task Usage_is_told(int code, string line, params string[] args)
    {
        var (exit, output, errors) = await RunAsync(null, args);

        Assert.Equal(code, exit);
        Assert.Contains(output.Concat(errors), told => told.StartsWith(line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Production", "text")]
    [InlineData("Development", "auto")]
    public async Task Serve_takes_the_switches_of_the_host_and_writes_text_for_people(string environment, string format)
    {
        using var gateway = GatewayProcess.Start(_folder.Path, ["serve", "--environment", environment, "--urls", "http://127.0.0.1:0", "--Serilog:Format", format, "--Gateway:Admin:Urls", "http://127.0.0.1:0"]);

        var line = await gateway.LineAsync("Listening on");
        Assert.Matches("^[0-9:]{8} INF ImageGateway.Hosting.Announcement Listening on ", line);
        Assert.Equal(2, line.Split("http://127.0.0.1:").Length - 1);
        await gateway.TerminateAsync();
        Assert.Equal(0, await gateway.ExitCodeAsync());
    }

    private async Task<(int, string)> CheckAsync(params string[] args)
    {
        var (code, _, errors) = await RunAsync(null, ["check-config", .. args]);
        return (code, Assert.Single(errors));
    }

    private async Task<(int Code, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)> RunAsync(AdminGateway? gateway, params string[] args)
    {
        (string, string)[] environment = gateway is null ? [] : [("GATEWAY_URL", gateway.Urls[0]), ("GATEWAY_ADMIN_KEY", Keys.Admin), ("GATEWAY_KEY", AdminGateway.FixedKey)];
        using var command = GatewayProcess.Start(_folder.Path, args, environment);
        var code = await command.ExitCodeAsync();
        return (code, [.. command.Output.Where(line => line.Length > 0)], [.. command.Errors.Where(line => line.Length > 0)]);
    }
}
