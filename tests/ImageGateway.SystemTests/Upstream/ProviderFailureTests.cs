using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Upstream;

/// <summary>What fails for the operator's or the provider's reasons.</summary>
public sealed class ProviderFailureTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("openai/gpt-image-1", 401)]
    [InlineData("openai/gpt-image-1", 403)]
    [InlineData("azure/img-std", 401)]
    [InlineData("azure/img-std", 403)]
    public async Task Refused_credentials_are_the_operators_problem(string target, int status)
    {
        Break(new Fault { Status = status });
        using var response = await GenerateAsync(job => job["model"] = target);

        var error = await response.ErrorAsync(503, "no_target_available", null);
        Assert.Equal("server_error", (string?)error["type"]);
        Assert.NotNull(response.Header("retry-after"));
        Assert.DoesNotContain("sk-", error.ToJsonString(), StringComparison.Ordinal);
        Assert.Single(Log.Calls);
    }

    [Theory]
    [InlineData(429, "insufficient_quota")]
    [InlineData(429, "credit_balance_exhausted")]
    [InlineData(429, "project_spend_limit_exceeded")]
    [InlineData(400, "billing_hard_limit_reached")]
    [InlineData(429, "organization_usage_limit_exceeded")]
    public async Task Empty_account_is_the_operators_problem(int status, string code)
    {
        Break(new Fault { Status = status, Body = ErrorBody("You exceeded your current quota.", "insufficient_quota", code) });
        using var response = await GenerateAsync();

        await response.ErrorAsync(503, "no_target_available", null);
    }

    [Fact]
    public async Task Empty_account_that_only_the_type_tells_is_the_operators_problem()
    {
        Break(new Fault { Status = 429, Body = ErrorBody("You exceeded your current quota.", "insufficient_quota", null) });
        using var response = await GenerateAsync();

        await response.ErrorAsync(503, "no_target_available", null);
    }

    [Theory]
    [InlineData("openai/gpt-image-1", "retry-after", "7", "7", "7000", 1)]
    [InlineData("openai/gpt-image-1", "retry-after-ms", "1500", "2", "1500", 3)]
    [InlineData("azure/img-std", "x-ms-retry-after-ms", "250", "1", "250", 3)]
    [InlineData("azure/img-std", "retry-after", "12", "12", "12000", 1)]
    public async Task Rate_limit_passes_with_the_wait(string target, string header, string value, string seconds, string milliseconds, int calls)
    {
        Break(new Fault { Status = 429, Headers = new Dictionary<string, string> { [header] = value } });
        using var response = await GenerateAsync(job => job["model"] = target);

        var error = await response.ErrorAsync(429, "rate_limit_exceeded", null);
        Assert.Equal("requests", (string?)error["type"]);
        Assert.Equal((seconds, milliseconds), (response.Header("retry-after"), response.Header("retry-after-ms")));
        // A wait of at most two seconds is waited here, when there is no other target.
        Assert.Equal(calls, Log.Calls.Count);
    }

    [Fact]
    public async Task Rate_limit_without_a_wait_still_gives_one()
    {
        Break(new Fault { Status = 429 });
        using var response = await GenerateAsync();

        await response.ErrorAsync(429, "rate_limit_exceeded", null);
        Assert.NotNull(response.Header("retry-after"));
        Assert.NotNull(response.Header("retry-after-ms"));
    }

    public static TheoryData<string, Fault> Failures => new()
    {
        { "500", new Fault { Status = 500 } },
        { "503", new Fault { Status = 503 } },
        { "529", new Fault { Status = 529 } },
        { "html 502", new Fault { Html = true } },
        { "html 200", new Fault { Html = true, Status = 200 } },
        { "reset", new Fault { Reset = true } },
        { "no byte", new Fault { CutAfterBytes = 0 } },
        { "error in 200", new Fault { ErrorIn200 = JsonValue.Create(true) } },
        { "another error in 200", new Fault { ErrorIn200 = JsonValue.Create("server_error") } },
        { "200 without a picture", new Fault { Status = 200, Body = new JsonObject { ["created"] = 1, ["data"] = new JsonArray() } } },
        { "200 without JSON", new Fault { Status = 200, Body = JsonValue.Create("fine") } },
        { "empty object", new Fault { Status = 200, Body = new JsonObject() } },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Provider_that_fails_is_a_502(string what, Fault fault)
    {
        Assert.NotEmpty(what);
        foreach (var target in (string[])["openai/gpt-image-1", "azure/img-std"])
        {
            foreach (var stream in (bool[])[false, true])
            {
                Gateway.Faults.Clear();
                Gateway.Log.Clear();
                Break(fault);
                using var response = await GenerateAsync(job =>
                {
                    job["model"] = target;
                    job["stream"] = stream;
                });

                var error = await response.ErrorAsync(502, "upstream_error", null);
                Assert.Equal("server_error", (string?)error["type"]);
                Assert.DoesNotContain("nginx", error.ToJsonString(), StringComparison.Ordinal);
                Assert.Single(Log.Calls);
            }
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_of_a_provider_is_not_followed(int status)
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        foreach (var (target, stream) in new[] { ("openai/gpt-image-1", false), ("openai/gpt-image-1", true), ("azure/img-std", false), ("azure/img-std", true) })
        {
            Gateway.Faults.Clear();
            Gateway.Log.Clear();
            Break(new Fault { Status = status, Headers = new Dictionary<string, string> { ["location"] = $"http://{elsewhere.LocalEndpoint}/" } });
            using var response = await GenerateAsync(job => (job["model"], job["stream"]) = (target, stream));

            await response.ErrorAsync(502, "upstream_error", null);
            Assert.Null(response.Header("location"));
            Assert.Single(Log.Calls);
            Assert.False(elsewhere.Pending());
        }
    }

    [Fact]
    public async Task Provider_that_is_not_there_is_a_502()
    {
        using var response = await GenerateAsync(job => job["model"] = "refusing/gpt-image-1");

        var error = await response.ErrorAsync(502, "upstream_error", null);
        Assert.DoesNotContain("127.0.0.1", error.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_lost_after_the_request_is_a_502_that_is_not_to_be_repeated()
    {
        Break(new Fault { Reset = true });
        using var response = await GenerateAsync();

        await response.ErrorAsync(502, "upstream_error", null);
        Assert.Equal("false", response.Header("x-should-retry"));
    }

    [Fact]
    public async Task Failed_upload_is_a_502_too()
    {
        Break(new Fault { Reset = true });
        using var form = Form.Edit().File("image", [.. Pictures.Png(), .. new byte[4 * 1024 * 1024]]);
        using var response = await PostAsync(Edits, form);

        await response.ErrorAsync(502, "upstream_error", null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Provider_that_never_answers_is_a_504_that_is_not_to_be_repeated(bool stream)
    {
        Break(new Fault { Hang = true });
        using var response = await GenerateAsync(job =>
        {
            job["model"] = "impatient/gpt-image-1";
            job["stream"] = stream;
        });

        await response.ErrorAsync(504, "upstream_timeout", null);
        Assert.Equal("false", response.Header("x-should-retry"));
        await Until.TrueAsync(() => OnlyCall.Aborted, "the upstream call is aborted");
    }

    [Fact]
    public async Task Provider_that_gives_up_waiting_is_a_504()
    {
        Break(new Fault { Status = 408 });
        using var response = await GenerateAsync();

        await response.ErrorAsync(504, "upstream_timeout", null);
        Assert.Equal("false", response.Header("x-should-retry"));
    }

    private static JsonObject ErrorBody(string message, string type, string? code) =>
        new() { ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["code"] = code, ["param"] = null } };
}
