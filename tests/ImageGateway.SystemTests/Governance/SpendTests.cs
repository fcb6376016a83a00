using System.Text.Json.Nodes;
using ImageGateway.Admin.Spending;
using ImageGateway.Ledger;
using ImageGateway.SystemTests.Databases;
using static ImageGateway.SystemTests.Governance.Entries;

namespace ImageGateway.SystemTests.Governance;

/// <summary>Who spent how much on what.</summary>
public abstract class SpendTests(LedgerGateway gateway)
{
    private const string Spend = "/admin/v1/spend";

    [Fact]
    public async Task Groups_are_sorted_by_charge_and_those_beyond_the_top_come_together()
    {
        await gateway.WriteAsync(
            At("2024-01-10T00:00:00Z").Charged(1_000_000_000) with { Tenant = "one" }, At("2024-01-10T01:00:00Z").Charged(4_000_000_000) with { Tenant = "four" },
            At("2024-01-10T02:00:00Z").Charged(3_000_000_000) with { Tenant = "three" }, At("2024-01-10T03:00:00Z").Charged(2_000_000_001) with { Tenant = "two" });

        var spend = await gateway.ReadAsync($"{Spend}?group_by=tenant&group_by=model&from=2024-01-10&to=2024-01-11&top=2");
        var whole = await gateway.ReadAsync($"{Spend}?group_by=tenant&from=2024-01-10&to=2024-01-11&top=4");

        Assert.Equal([("four", 4m), ("three", 3m)], spend["data"]!.AsArray().Select(row => ((string?)row!["tenant"], Charge(row))));
        Assert.All(spend["data"]!.AsArray(), row => Assert.Equal("gpt-image-1", (string?)row!["model"]));
        Assert.Equal((10.000000001m, 3.000000001m), (Charge(spend["total"]!), Charge(spend["other"]!)));
        Assert.Equal((2, 320), ((int)spend["other"]!["requests"]!, (int)spend["other"]!["tokens"]!["total"]!));
        Assert.True(spend["other"]!.AsObject().ContainsKey("tenant"));
        Assert.Equal(4, whole["data"]!.AsArray().Count);
        Assert.Null(whole["other"]);
    }

    [Theory]
    [InlineData("tenant", "acme")]
    [InlineData("project", "app")]
    [InlineData("key", "acme/app")]
    [InlineData("user", "ada")]
    [InlineData("model", "gpt-image-1-mini")]
    [InlineData("target", "openai/gpt-image-1-mini")]
    [InlineData("size", "1536x1024")]
    [InlineData("quality", "high")]
    [InlineData("operation", "edit")]
    [InlineData("tag:team", "red")]
    public async Task Any_dimension_can_be_grouped_and_filtered_by(string dimension, string value)
    {
        await gateway.WriteAsync(At("2024-01-20T00:00:00Z") with
        {
            Id = "spend-1",
            Project = "app",
            KeyId = "acme/app",
            User = "ada",
            ServedModel = "gpt-image-1-mini",
            Target = "openai/gpt-image-1-mini",
            Size = "1536x1024",
            Quality = "high",
            Operation = "edit",
            Tags = new Dictionary<string, string> { ["team"] = "red" },
            ListCost = 6_000_000,
            BilledCost = 7_000_000,
            AvoidedCost = 1,
        });
        await gateway.WriteAsync(At("2024-01-20T00:00:00Z") with { Id = "spend-2", Tenant = "globex", Project = "other", KeyId = "other" });
        var filter = dimension switch { "key" => $"key_id={value}", "tag:team" => $"tag=team:{value}", _ => $"{dimension}={value}" };

        var groups = await gateway.ReadAsync($"{Spend}?group_by={dimension}&from=2024-01-20&to=2024-01-21");
        var filtered = await gateway.ReadAsync($"{Spend}?{filter}&from=2024-01-20&to=2024-01-21");

        var row = groups["data"]!.AsArray().Single(row => (string?)row![dimension] == value)!;
        Assert.Equal(2, groups["data"]!.AsArray().Count);
        Assert.Equal((0.005m, 0.006m, 0.007m, 0.000000001m), (Charge(row), (decimal)row["list_usd"]!, (decimal)row["billed_usd"]!, (decimal)row["avoided_usd"]!));
        Assert.Equal(Charge(row), Charge(filtered["total"]!));
        Assert.True(dimension != "project" || (string?)row["tenant"] == "acme");
    }

    [Fact]
    public async Task Hours_and_days_are_listed_for_each_group_and_for_the_others()
    {
        await gateway.WriteAsync(
            At("2024-02-01T10:10:00Z").Charged(9_000) with { Tenant = "big" }, At("2024-02-01T12:50:00Z").Charged(9_000) with { Tenant = "big" },
            At("2024-02-01T10:20:00Z").Charged(1_000) with { Tenant = "small" }, At("2024-02-01T10:30:00Z").Charged(2_000) with { Tenant = "tiny" }, At("2024-02-02T10:30:00Z").Charged(10) with { Tenant = "tiny" });

        var hours = await gateway.ReadAsync($"{Spend}?group_by=tenant&from=2024-02-01T10:00:00Z&to=2024-02-03&top=1&granularity=hour");
        var days = await gateway.ReadAsync($"{Spend}?from=2024-02-01&to=2024-02-03&granularity=day");

        Assert.Equal([(Seconds("2024-02-01T10:00:00Z"), 0.000009m), (Seconds("2024-02-01T12:00:00Z"), 0.000009m)], Buckets(hours["data"]![0]!));
        Assert.Equal([(Seconds("2024-02-01T10:00:00Z"), 0.000003m), (Seconds("2024-02-02T10:00:00Z"), 0.00000001m)], Buckets(hours["other"]!));
        Assert.Equal([(Seconds("2024-02-01T00:00:00Z"), 0.000021m), (Seconds("2024-02-02T00:00:00Z"), 0.00000001m)], Buckets(Assert.Single(days["data"]!.AsArray())!));
    }

    [Fact]
    public async Task Forecast_and_burn_rate_follow_from_what_was_spent()
    {
        var now = Moment("2024-04-10T06:00:00Z");
        await gateway.WriteAsync(At("2024-04-02T00:00:00Z").Charged(60_000_000_000), At("2024-04-09T07:00:00Z").Charged(24_000_000_001), At("2024-04-10T05:00:00Z").Charged(6_000_000_000), At("2024-03-31T23:00:00Z").Charged(500));
        await using var connection = await gateway.Database.OpenAsync(CancellationToken.None);

        foreach (var (window, spent, forecast) in ((string, decimal, decimal?)[])[("month", 90.000000001m, 291.891891895m), ("day", 6m, 24m), ("total", 0, null)])
        {
            // A tenant's own clock, so that other tests' entries of later do not count: only this month's are asked for.
            var request = new SpendRequest(now - UsageSum.Day, now, [], [], 100, "none", BudgetWindow.Of(window, DateTimeOffset.FromUnixTimeMilliseconds(now)));
            var answer = await new SpendReport(request, connection, now, CancellationToken.None).ReadAsync();

            Assert.Equal(forecast, answer.Forecast.ForecastUsd);
            Assert.Equal(1.25m, answer.BurnRateUsdPerHour);
            Assert.True(window == "total" || answer.Forecast.SpentUsd == spent);
        }
    }

    [Theory]
    [InlineData("group_by=colour", "group_by", "colour", "operation", "tag:NAME")]
    [InlineData("top=1001", "top", "1 to 1000")]
    [InlineData("top=0", "top", "1 to 1000")]
    [InlineData("granularity=week", "granularity", "hour")]
    [InlineData("window=year", "window", "month")]
    [InlineData("from=2024-02-02&to=2024-02-01", "to", "after from")]
    [InlineData("to=2000-01-01", "to", "before to")]
    [InlineData("from=2024-01-01&to=2024-04-01&group_by=tag:team", "from", "90 days")]
    [InlineData("window=total&tag=team:red", "window", "'total'", "90 days")]
    [InlineData("to=2199-01-01&tag=team:red", "to", "'2199-01-01'", "90 days")]
    [InlineData("from=2020-01-01&to=2024-04-01&granularity=hour", "granularity", "shorter period")]
    public async Task Bad_parameter_is_named_with_what_is_allowed(string query, params string[] words)
    {
        using var response = await gateway.GetAsync($"{Spend}?{query}");
        await response.ProblemAsync(400, words);
    }

    private static decimal Charge(JsonNode sums) => (decimal)sums["charge_usd"]!;

    private static IEnumerable<(long, decimal)> Buckets(JsonNode row) => row["buckets"]!.AsArray().Select(bucket => ((long)bucket!["start_time"]!, Charge(bucket)));
}

public sealed class SqliteSpendTests(LedgerGateway<SqliteDatabases> gateway) : SpendTests(gateway), IClassFixture<LedgerGateway<SqliteDatabases>>;

public sealed class PostgresSpendTests(LedgerGateway<PostgresDatabases> gateway) : SpendTests(gateway), IClassFixture<LedgerGateway<PostgresDatabases>>;
