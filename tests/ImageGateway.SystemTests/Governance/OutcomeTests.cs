using System.Text.Json.Nodes;
using ImageGateway.Simulator;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Governance;

/// <summary>How jobs ended, as the ledger counts it, and how limits stand.</summary>
public sealed class OutcomeTests
{
    private static readonly string Configuration = $$""" "Providers": { {{OwnGateway.Account("openai")}} } """;

    [Fact]
    public async Task Outcomes_are_counted_by_hour_with_errors_and_latency()
    {
        var time = new ManualTime();
        await using var gateway = await OwnGateway.StartAsync(Configuration, new SimulatorOptions { TimeProvider = time });
        var began = time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(200, await GenerateAsync(gateway));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(200, await GenerateAsync(gateway));
        gateway.Faults.Add(new FaultRule { Times = 1, Fault = new Fault { Status = 500 } });
        Assert.Equal(502, await GenerateAsync(gateway));

        var answer = await gateway.AdminAsync(HttpMethod.Get, $"/admin/v1/ledger/outcomes?from={began / 3600 * 3600}");

        Assert.True((bool)answer["is_whole"]!);
        Assert.Equal((3, 2, 0, 1), Counts(answer["total"]!));
        Assert.Equal([(1, 1, 0, 0), (2, 1, 0, 1)], answer["data"]!.AsArray().Select(bucket => Counts(bucket!)));
        Assert.Equal([began / 3600 * 3600, (began / 3600 * 3600) + 3600], answer["data"]!.AsArray().Select(bucket => (long)bucket!["start_time"]!));
        Assert.Equal(("upstream_error", 1), ((string?)answer["errors"]![0]!["error_code"], (int)answer["errors"]![0]!["jobs"]!));
        Assert.True((long)answer["total"]!["median_ms"]! <= (long)answer["total"]!["p95_ms"]!);
        Assert.Equal(0, (int)(await gateway.AdminAsync(HttpMethod.Get, "/admin/v1/ledger/outcomes?tenant=other"))["total"]!["jobs"]!);
    }

    [Fact]
    public async Task Buckets_are_bounded()
    {
        await using var gateway = await OwnGateway.StartAsync(Configuration);
        var answer = await gateway.AdminAsync(HttpMethod.Get, "/admin/v1/ledger/outcomes?granularity=minute&from=2026-01-01");
        Assert.Equal(("invalid_value", "granularity"), ((string?)answer["title"], (string?)answer["param"]));
        answer = await gateway.AdminAsync(HttpMethod.Get, "/admin/v1/ledger/outcomes?from=2001-01-01");
        Assert.Equal(("invalid_value", "from"), ((string?)answer["title"], (string?)answer["param"]));
    }

    [Fact]
    public async Task Limits_of_all_scopes_stand_in_pages_with_what_is_used()
    {
        await using var gateway = await OwnGateway.StartAsync(Configuration, null, """, "Limits": { "UsdPerMonth": 5, "MaxQuality": "medium" }, "Users": { "*": { "Limits": { "UsdPerDay": 1 } }, "ada": { "Limits": { "ImagesPerMinute": 9 } } } """);
        Assert.Equal(200, await GenerateAsync(gateway));

        JsonNode first = null!;
        await Until.TrueAsync(
            async () => (decimal)(first = await gateway.AdminAsync(HttpMethod.Get, "/admin/v1/limits?limit=1"))["data"]![0]!["limits"]![0]!["held"]! == 0,
            "the job is settled, which may be after its client has the answer");
        var second = await gateway.AdminAsync(HttpMethod.Get, $"/admin/v1/limits?limit=1&cursor={first["next_cursor"]}");

        var (tenant, user) = (Assert.Single(first["data"]!.AsArray())!, Assert.Single(second["data"]!.AsArray())!);
        Assert.Equal(("tenant:acme", "acme", "medium"), ((string?)tenant["scope"], (string?)tenant["tenant"], (string?)tenant["max_quality"]));
        var limit = Assert.Single(tenant["limits"]!.AsArray())!;
        Assert.Equal(("usd_per_month", 5m), ((string?)limit["limit"], (decimal)limit["max"]!));
        Assert.True((decimal)limit["used"]! > 0);
        Assert.Equal((decimal)limit["max"]!, (decimal)limit["used"]! + (decimal)limit["remaining"]!);
        Assert.Equal(("user:acme/ada", null), ((string?)user["scope"], (string?)second["next_cursor"]));
        Assert.Empty((await gateway.AdminAsync(HttpMethod.Get, "/admin/v1/limits?tenant=other"))["data"]!.AsArray());
    }

    private static (int Jobs, int Completed, int Cached, int Failed) Counts(JsonNode sums) => ((int)sums["jobs"]!, (int)sums["completed"]!, (int)sums["cached"]!, (int)sums["failed"]!);

    private static async Task<int> GenerateAsync(OwnGateway gateway)
    {
        using var response = await gateway.GenerateAsync();
        return (int)response.StatusCode;
    }
}
