using System.Text.Json.Nodes;
using ImageGateway.Images;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;
using static ImageGateway.SystemTests.Governance.Entries;

namespace ImageGateway.SystemTests.Governance;

/// <summary>Usage and costs in OpenAI's shapes.</summary>
public abstract class UsageTests(LedgerGateway gateway)
{
    private const string Usage = "/v1/organization/usage/images";
    private const string Costs = "/v1/organization/costs";

    [Fact]
    public async Task Days_without_jobs_are_listed_empty()
    {
        await gateway.WriteAsync(At("2024-03-01T12:00:00Z"), At("2024-03-01T23:59:59.999Z"), At("2024-03-03T00:00:00Z"), At("2024-03-03T01:00:00Z").Refused());

        var page = await gateway.ReadAsync($"{Usage}?start_time={Seconds("2024-03-01T00:00:00Z")}&end_time={Seconds("2024-03-04T00:00:00Z")}");

        Assert.Equal(2, UsageSchema.CheckUsage(page).Count);
        Assert.Equal([(0, 2), (86_400, 0), (172_800, 1)], Buckets(page, Seconds("2024-03-01T00:00:00Z"), "num_model_requests"));
        Assert.Null(page["next_page"]);
    }

    [Fact]
    public async Task First_bucket_begins_at_the_start_time_to_the_minute()
    {
        await gateway.WriteAsync(At("2024-04-01T10:29:59Z"), At("2024-04-01T10:30:00Z"), At("2024-04-01T10:59:00Z"), At("2024-04-01T23:00:00Z"), At("2024-04-02T10:00:00Z"), At("2024-04-02T12:30:30Z"));
        var start = Seconds("2024-04-01T10:30:00Z");

        var page = await gateway.ReadAsync($"{Usage}?start_time={start + 17}&end_time={Seconds("2024-04-02T12:30:30Z")}");
        var costs = await gateway.ReadAsync($"{Costs}?start_time={start + 17}&end_time={Seconds("2024-04-03T00:00:00Z")}");

        Assert.Equal([(0, 3), (48_600, 1)], Buckets(page, start, "images"));
        Assert.Equal(Seconds("2024-04-02T12:30:30Z"), (long)page["data"]![1]!["end_time"]!);
        Assert.Equal([0.02m, 0.01m], UsageSchema.CheckCosts(costs).Select(Value));
        Assert.Equal(Seconds("2024-04-01T00:00:00Z"), (long)costs["data"]![0]!["start_time"]!);
    }

    [Theory]
    [InlineData("1m", 60)]
    [InlineData("1h", 24)]
    [InlineData("1d", 7)]
    public async Task Pages_go_on_where_the_last_one_ended(string width, int limit)
    {
        var start = Seconds("2024-05-01T00:00:00Z");
        var seconds = width switch { "1m" => 60, "1h" => 3600, _ => 86_400 };
        await gateway.WriteAsync(Enumerable.Range(0, (2 * limit) + 3).Select(i => At((start + (i * seconds)) * 1000) with { Tenant = width }));
        var path = $"{Usage}?start_time={start}&end_time={start + (((2 * limit) + 3) * seconds)}&bucket_width={width}&group_by=tenant";

        var pages = new List<JsonObject> { await gateway.ReadAsync(path) };
        while ((string?)pages[^1]["next_page"] is { } next)
            pages.Add(await gateway.ReadAsync($"{path}&page={next}"));

        Assert.Equal([limit, limit, 3], pages.Select(page => page["data"]!.AsArray().Count));
        var buckets = pages.SelectMany(page => page["data"]!.AsArray()).ToList();
        Assert.Equal(Enumerable.Range(0, buckets.Count).Select(i => start + (i * seconds)), buckets.Select(bucket => (long)bucket!["start_time"]!));
        Assert.All(buckets, bucket => Assert.Single(bucket!["results"]!.AsArray(), result => (string?)result!["tenant"] == width));
    }

    [Fact]
    public async Task Groups_have_their_members_and_the_others_are_null()
    {
        await gateway.WriteAsync(
            At("2024-06-01T01:00:00Z") with { User = "ada", Tags = new Dictionary<string, string> { ["team"] = "=red" } },
            At("2024-06-01T02:00:00Z") with { Operation = "edit", Size = "1536x1024", Quality = "high", Images = 3, Project = "app", KeyId = "acme/app" });
        var path = $"{Usage}?start_time={Seconds("2024-06-01T00:00:00Z")}&limit=1";

        var all = UsageSchema.CheckUsage(await gateway.ReadAsync($"{path}&group_by=project_id&group_by[]=user_id&group_by=api_key_id&group_by=model&group_by[]=size&group_by=source"));
        var added = UsageSchema.CheckUsage(await gateway.ReadAsync($"{path}&group_by=tenant&group_by=quality&group_by=target&group_by=tag:team"));

        var (edit, drawing) = (all.Single(result => (string?)result["source"] == "image.edit"), all.Single(result => (string?)result["source"] == "image.generation"));
        Assert.Equal(("acme/app", null, "acme/app", "gpt-image-1", "1536x1024", 3), (
            (string?)edit["project_id"], (string?)edit["user_id"], (string?)edit["api_key_id"], (string?)edit["model"], (string?)edit["size"], (int)edit["images"]!));
        Assert.Equal(("acme/web", "ada", "acme/web"), ((string?)drawing["project_id"], (string?)drawing["user_id"], (string?)drawing["api_key_id"]));
        var red = added.Single(result => (string?)result["tag:team"] == "=red");
        Assert.Equal(("acme", "low", "openai/gpt-image-1", null), ((string?)red["tenant"], (string?)red["quality"], (string?)red["target"], (string?)red["model"]));
        Assert.Null(added.Single(result => result != red)["tag:team"]);
    }

    [Theory]
    [InlineData("project_ids=acme/web", 3)]
    [InlineData("project_ids[]=acme/web&project_ids[]=acme/app", 5)]
    [InlineData("project_ids=web", 0)]
    [InlineData("user_ids=ada", 1)]
    [InlineData("user_ids=' OR 1=1 --", 0)]
    [InlineData("api_key_ids=acme/app&models=gpt-image-1-mini", 2)]
    [InlineData("sizes=1024x1024&sizes=1536x1024&sources=image.generation", 3)]
    [InlineData("sources[]=image.edit", 2)]
    public async Task Filter_leaves_only_what_meets_it(string filter, int requests)
    {
        await gateway.WriteAsync(
            At("2024-07-01T01:00:00Z") with { Id = "filter-1", User = "ada" }, At("2024-07-01T02:00:00Z") with { Id = "filter-2" }, At("2024-07-01T03:00:00Z") with { Id = "filter-3" },
            At("2024-07-01T04:00:00Z") with { Id = "filter-4", Project = "app", KeyId = "acme/app", Operation = "edit", ServedModel = "gpt-image-1-mini", Size = "1536x1024" },
            At("2024-07-01T05:00:00Z") with { Id = "filter-5", Project = "app", KeyId = "acme/app", Operation = "edit", ServedModel = "gpt-image-1-mini", Size = "1536x1024" });

        foreach (var width in (string[])["1d&limit=1", "1h", "1m&limit=1440"])
        {
            var results = UsageSchema.CheckUsage(await gateway.ReadAsync($"{Usage}?start_time={Seconds("2024-07-01T00:00:00Z")}&end_time={Seconds("2024-07-02T00:00:00Z")}&bucket_width={width}&{filter}"));
            Assert.Equal(requests, results.Sum(result => (int)result["num_model_requests"]!));
        }
    }

    [Fact]
    public async Task Costs_count_every_charge_and_usage_the_answered_jobs_alone()
    {
        var abandoned = At("2024-08-01T03:00:00Z").Charged(166_650_001) with { Status = JobStatus.Abandoned, ErrorCode = "abandoned", Images = 0 };
        var late = (At("2024-08-01T03:00:00Z") with { Images = 1 }).Charged(166_650_001 - 100_000_000);
        await gateway.WriteAsync(
            At("2024-08-01T01:00:00Z").Charged(1), At("2024-08-01T02:00:00Z").Charged(7_000_000_000) with { Status = JobStatus.Failed, Images = 0 }, abandoned,
            ImageGateway.Ledger.Entries.Correction(new ImageGateway.Ledger.RecordedSums(1, true, 1, abandoned.Usage, abandoned.Charge, abandoned.ListCost, abandoned.BilledCost), late, $"{abandoned.Id}-corrected"));
        var period = $"start_time={Seconds("2024-08-01T00:00:00Z")}&end_time={Seconds("2024-08-02T00:00:00Z")}";

        var cost = Assert.Single(UsageSchema.CheckCosts(await gateway.ReadAsync($"{Costs}?{period}&group_by=line_item")));
        var usage = Assert.Single(UsageSchema.CheckUsage(await gateway.ReadAsync($"{Usage}?{period}")));

        Assert.Equal(7.066650002m, Value(cost));
        Assert.Equal(("gpt-image-1", 2, "images"), ((string?)cost["line_item"], (int)cost["quantity"]!, (string?)cost["quantity_unit"]));
        Assert.Equal((2, 2), ((int)usage["num_model_requests"]!, (int)usage["images"]!));
    }

    [Fact]
    public async Task Tenant_sees_its_own_alone_and_no_target_that_is_hidden()
    {
        await gateway.WriteAsync(At("2024-09-01T01:00:00Z").Charged(3), At("2024-09-01T02:00:00Z").Charged(5) with { Tenant = "limited" });
        var period = $"start_time={Seconds("2024-09-01T00:00:00Z")}&end_time={Seconds("2024-09-02T00:00:00Z")}";

        var own = UsageSchema.CheckCosts(await gateway.ReadAsync($"{Costs}?{period}&group_by=tenant", Keys.Limited));
        var all = UsageSchema.CheckCosts(await gateway.ReadAsync($"{Costs}?{period}&group_by=tenant", Keys.Reader));
        using var foreign = await gateway.GetAsync($"{Usage}?{period}&project_ids=acme/web", Keys.Limited);
        using var hidden = await gateway.GetAsync($"{Usage}?{period}&group_by=target", Keys.Limited);
        using var nobody = await gateway.GetAsync($"{Usage}?{period}", "igw_nobody");

        Assert.Equal([("limited", 0.000000005m)], own.Select(result => ((string?)result["tenant"], Value(result))));
        Assert.Equal(["acme", "limited"], all.Select(result => (string?)result["tenant"]).Order());
        Assert.Empty(UsageSchema.CheckUsage(await foreign.JsonAsync()));
        await hidden.ErrorAsync(400, "invalid_value", "group_by", "target", "quality");
        await nobody.ErrorAsync(401, "invalid_api_key", null);
    }

    [Theory]
    [InlineData(Usage, "", "missing_required_parameter", "start_time", "start_time")]
    [InlineData(Usage, "start_time=yesterday", "invalid_value", "start_time", "yesterday")]
    [InlineData(Usage, "start_time=-1", "invalid_value", "start_time", "-1")]
    [InlineData(Usage, "start_time=100&end_time=100", "invalid_value", "end_time", "after start_time")]
    [InlineData(Usage, "start_time=1000&end_time=900", "invalid_value", "end_time", "900")]
    [InlineData(Usage, "start_time=0&bucket_width=2d", "invalid_value", "bucket_width", "1d, 1h, 1m")]
    [InlineData(Costs, "start_time=0&bucket_width=1h", "invalid_value", "bucket_width", "1d")]
    [InlineData(Usage, "start_time=0&limit=32", "invalid_value", "limit", "1 to 31")]
    [InlineData(Usage, "start_time=0&limit=169&bucket_width=1h", "invalid_value", "limit", "1 to 168")]
    [InlineData(Usage, "start_time=0&limit=1441&bucket_width=1m", "invalid_value", "limit", "1 to 1440")]
    [InlineData(Costs, "start_time=0&limit=181", "invalid_value", "limit", "1 to 180")]
    [InlineData(Usage, "start_time=0&limit=0", "invalid_value", "limit", "'0'")]
    [InlineData(Usage, "start_time=0&group_by=colour", "invalid_value", "group_by", "colour", "project_id", "tag:NAME")]
    [InlineData(Usage, "start_time=0&group_by=tag:", "invalid_value", "group_by", "tag:")]
    [InlineData(Usage, "start_time=0&group_by=tag:a\"b", "invalid_value", "group_by", "tag:a")]
    [InlineData(Costs, "start_time=0&group_by=size", "invalid_value", "group_by", "line_item")]
    [InlineData(Costs, "start_time=0&group_by=tag:team&limit=91", "invalid_value", "group_by", "90 days")]
    [InlineData(Usage, "start_time=0&user_ids=a%00b", "invalid_value", "user_ids", "NUL")]
    [InlineData(Usage, "start_time=0&sources=image.copy", "invalid_value", "sources", "image.edit")]
    [InlineData(Usage, "start_time=0&page=abc", "invalid_value", "page", "abc", "next_page")]
    public async Task Bad_parameter_is_named_with_what_is_allowed(string path, string query, string code, string param, params string[] words)
    {
        using var response = await gateway.GetAsync($"{path}?{query}");
        await response.ErrorAsync(400, code, param, words);
    }

    [Fact]
    public async Task Cursor_that_was_altered_or_is_of_another_list_is_refused()
    {
        var cursor = (string)(await gateway.ReadAsync($"{Usage}?start_time=0"))["next_page"]!;
        var altered = cursor[..^1] + (cursor[^1] == 'A' ? 'B' : 'A');

        foreach (var (path, page) in ((string, string)[])[(Usage, altered), (Usage, cursor[..20]), (Costs, cursor)])
        {
            using var response = await gateway.GetAsync($"{path}?start_time=0&page={page}");
            await response.ErrorAsync(400, "invalid_value", "page");
        }
        using var width = await gateway.GetAsync($"{Usage}?start_time=0&bucket_width=1h&page={cursor}");
        await width.ErrorAsync(400, "invalid_value", "page");
    }

    private static IEnumerable<(long, int)> Buckets(JsonObject page, long start, string member) =>
        page["data"]!.AsArray().Select(bucket => ((long)bucket!["start_time"]! - start, bucket["results"]!.AsArray().Sum(result => (int)result![member]!)));

    private static decimal Value(JsonNode result) => (decimal)result["amount"]!["value"]!;
}

public sealed class SqliteUsageTests(LedgerGateway<SqliteDatabases> gateway) : UsageTests(gateway), IClassFixture<LedgerGateway<SqliteDatabases>>;

public sealed class PostgresUsageTests(LedgerGateway<PostgresDatabases> gateway) : UsageTests(gateway), IClassFixture<LedgerGateway<PostgresDatabases>>;
