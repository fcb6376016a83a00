using System.Text.Json.Nodes;
using ImageGateway.Images;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Governance.Entries;

namespace ImageGateway.SystemTests.Governance;

/// <summary>The ledger as the control plane lists it.</summary>
public abstract class LedgerListTests(LedgerGateway gateway)
{
    private const string Ledger = "/admin/v1/ledger";

    [Fact]
    public async Task Entry_of_a_job_that_just_ended_has_all_its_members()
    {
        var id = await gateway.DrawAsync(more: ",\"quality\":\"low\",\"size\":\"1024x1024\",\"user\":\"ada\"", tags: "team=red,cost-center=42");

        var entry = await gateway.ReadAsync($"{Ledger}/{id}");

        Assert.Equal((id, "acme", "web", "acme/web", "ada"), ((string?)entry["id"], (string?)entry["tenant"], (string?)entry["project"], (string?)entry["key_id"], (string?)entry["user"]));
        Assert.Equal(("generation", "gpt-image-1", "gpt-image-1", "openai/gpt-image-1", "1024x1024", "low"), (
            (string?)entry["operation"], (string?)entry["requested_model"], (string?)entry["served_model"], (string?)entry["target"], (string?)entry["size"], (string?)entry["quality"]));
        Assert.Equal((1, 1, "usage", "completed"), ((int)entry["n"]!, (int)entry["images"]!, (string?)entry["basis"], (string?)entry["status"]));
        Assert.Equal("""{"team":"red","cost-center":"42"}""", entry["tags"]!.ToJsonString());
        var charge = (decimal)entry["charge_usd"]!;
        Assert.Equal((charge, charge * 1.2m, 0m), ((decimal)entry["list_usd"]!, (decimal)entry["billed_usd"]!, (decimal)entry["avoided_usd"]!));
        Assert.True(charge > 0 && (decimal)entry["worst_case_usd"]! >= charge);
        Assert.InRange((long)entry["created_at"]!, 1_700_000_000, 99_000_000_000);
        var attempt = Assert.Single(entry["attempts"]!.AsArray())!;
        Assert.Equal(("openai/gpt-image-1", 200, charge, null), ((string?)attempt["target"], (int)attempt["status"]!, (decimal)attempt["charge_usd"]!, (string?)attempt["error_code"]));
        Assert.True(attempt.AsObject().ContainsKey("duration_ms"));
        Assert.StartsWith("req_", (string?)attempt["upstream_request_id"], StringComparison.Ordinal);
        foreach (var name in (string[])["route", "tier", "error_code", "corrects"])
            Assert.True(entry.ContainsKey(name), $"'{name}' is missing");
        Assert.Empty(entry["corrections"]!.AsArray());
    }

    [Fact]
    public async Task Amounts_are_exact_to_the_nano_usd()
    {
        var entry = At("2024-01-01T00:00:00Z").Charged(9_007_199_254_740_993);
        await gateway.WriteAsync(entry);

        using var response = await gateway.GetAsync($"{Ledger}/{entry.Id}");

        Assert.Contains("\"charge_usd\":9007199.254740993,", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_give_every_entry_once_the_newest_first()
    {
        var entries = Enumerable.Range(0, 23).Select(i => At(Moment("2024-02-01T00:00:00Z") + (i / 3))).ToList();
        await gateway.WriteAsync(entries);

        var pages = new List<JsonObject>();
        string? cursor = null;
        do
            pages.Add(await gateway.ReadAsync($"{Ledger}?from=2024-02-01&to=2024-02-02T00:00:00%2B00:00&limit=5{(cursor is null ? "" : $"&cursor={cursor}")}"));
        while ((cursor = (string?)pages[^1]["next_cursor"]) is not null);

        Assert.Equal([5, 5, 5, 5, 3], pages.Select(page => page["data"]!.AsArray().Count));
        var ids = pages.SelectMany(page => page["data"]!.AsArray()).Select(entry => (string)entry!["id"]!).ToList();
        Assert.Equal(entries.OrderByDescending(entry => entry.CreatedAt).ThenByDescending(entry => entry.Id, StringComparer.Ordinal).Select(entry => entry.Id), ids);
    }

    [Theory]
    [InlineData("tenant=acme", "a b c d")]
    [InlineData("tenant=globex", "")]
    [InlineData("project=app", "b")]
    [InlineData("key_id=acme/app", "b")]
    [InlineData("user=ada", "a")]
    [InlineData("user=' OR ''='", "")]
    [InlineData("model=gpt-image-1-mini&model=gpt-image-1", "a b d")]
    [InlineData("target=openai/gpt-image-1-mini", "b")]
    [InlineData("status=refused", "c")]
    [InlineData("status=failed&status[]=refused", "c d")]
    [InlineData("operation=edit", "b")]
    [InlineData("tag=team:red", "a b")]
    [InlineData("tag=team=red&tag=env:prod", "b")]
    [InlineData("tag=x.y-z:it%27s%20%22odd%22:%20%3D1", "d")]
    [InlineData("tag=team:blue", "")]
    public async Task Filter_leaves_only_what_meets_it(string filter, string expected)
    {
        var a = At("2024-03-01T00:00:00Z") with { Id = "a", User = "ada", Tags = new Dictionary<string, string> { ["team"] = "red" } };
        var b = At("2024-03-01T00:00:01Z") with
        {
            Id = "b",
            Project = "app",
            KeyId = "acme/app",
            ServedModel = "gpt-image-1-mini",
            Target = "openai/gpt-image-1-mini",
            Operation = "edit",
            Tags = new Dictionary<string, string> { ["team"] = "red", ["env"] = "prod" },
        };
        var d = At("2024-03-01T00:00:03Z") with { Id = "d", Status = JobStatus.Failed, Tags = new Dictionary<string, string> { ["x.y-z"] = "it's \"odd\": =1" } };
        await gateway.WriteAsync(a, b, At("2024-03-01T00:00:02Z").Refused() with { Id = "c" }, d);

        var list = await gateway.ReadAsync($"{Ledger}?from={Seconds("2024-03-01T00:00:00Z")}&to={Seconds("2024-03-02T00:00:00Z")}&{filter}");

        Assert.Equal(expected, string.Join(' ', list["data"]!.AsArray().Select(entry => (string)entry!["id"]!).Order()));
    }

    [Fact]
    public async Task Abandoned_job_that_ended_after_all_is_shown_with_its_correction()
    {
        var abandoned = At("2024-04-01T00:00:00Z").Charged(900_000_000) with { Status = JobStatus.Abandoned };
        await gateway.WriteAsync(abandoned);
        await gateway.WriteAsync(abandoned.Charged(5_000_000) with { Status = JobStatus.Completed });

        var entry = await gateway.ReadAsync($"{Ledger}/{abandoned.Id}");

        var correction = Assert.Single(entry["corrections"]!.AsArray())!;
        Assert.Equal(("abandoned", 0.9m, abandoned.Id, -0.895m), ((string?)entry["status"], (decimal)entry["charge_usd"]!, (string?)correction["corrects"], (decimal)correction["charge_usd"]!));
    }

    [Theory]
    [InlineData("?limit=501", "limit", "1 to 500")]
    [InlineData("?limit=none", "limit", "none")]
    [InlineData("?from=2024-03-02&to=2024-03-01", "to", "after from")]
    [InlineData("?from=noon", "from", "2026-11-20")]
    [InlineData("?status=running", "status", "completed", "cached")]
    [InlineData("?operation=copy", "operation", "variation")]
    [InlineData("?tag=red", "tag", "NAME:VALUE")]
    [InlineData("?tag=red:%00", "tag", "NUL")]
    [InlineData("?tag=a%22b:red", "tag", "NAME:VALUE")]
    [InlineData("?cursor=abc", "cursor", "next_cursor")]
    public async Task Bad_parameter_is_named_with_what_is_allowed(string query, params string[] words)
    {
        using var response = await gateway.GetAsync(Ledger + query);
        await response.ProblemAsync(400, words);
    }

    [Fact]
    public async Task Unknown_entry_is_not_found_and_a_tenant_may_not_look()
    {
        using var unknown = await gateway.GetAsync($"{Ledger}/nothing");
        using var tenant = await gateway.GetAsync(Ledger, Keys.Acme);
        using var reader = await gateway.GetAsync(Ledger, Keys.Reader);

        await unknown.ProblemAsync(404, "nothing");
        await tenant.ProblemAsync(401);
        Assert.True(reader.IsSuccessStatusCode);
    }
}

public sealed class SqliteLedgerListTests(LedgerGateway<SqliteDatabases> gateway) : LedgerListTests(gateway), IClassFixture<LedgerGateway<SqliteDatabases>>;

public sealed class PostgresLedgerListTests(LedgerGateway<PostgresDatabases> gateway) : LedgerListTests(gateway), IClassFixture<LedgerGateway<PostgresDatabases>>;
