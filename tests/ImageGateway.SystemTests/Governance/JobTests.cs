using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Governance.Entries;

namespace ImageGateway.SystemTests.Governance;

/// <summary>One job as its tenant sees it.</summary>
public abstract class JobTests(LedgerGateway gateway)
{
    [Fact]
    public async Task Job_that_just_ended_is_found_with_its_tokens_and_charge()
    {
        var id = await gateway.DrawAsync(more: ",\"quality\":\"low\"");

        var job = await gateway.ReadAsync($"/v1/images/jobs/{id}", Keys.Acme);

        Assert.Equal(("image.job", id, "completed", "gpt-image-1", "gpt-image-1", "openai/gpt-image-1", 1, "usage"), (
            (string?)job["object"], (string?)job["id"], (string?)job["status"], (string?)job["model"], (string?)job["served_model"], (string?)job["target"], (int)job["images"]!, (string?)job["basis"]));
        var usage = job["usage"]!;
        Assert.Equal((long)usage["total_tokens"]!, (long)usage["input_tokens"]! + (long)usage["output_tokens"]!);
        // gpt-image-1: USD 5 for a million text tokens in, USD 40 for a million picture tokens out.
        Assert.Equal(((long)usage["input_tokens_details"]!["text_tokens"]! * 0.000005m) + ((long)usage["output_tokens"]! * 0.00004m), (decimal)job["charge_usd"]!);
        var attempt = Assert.Single(job["attempts"]!.AsArray())!;
        Assert.Equal(("openai/gpt-image-1", 200, (decimal)job["charge_usd"]!), ((string?)attempt["target"], (int)attempt["status"]!, (decimal)attempt["charge_usd"]!));
    }

    [Fact]
    public async Task Picture_without_a_token_count_has_no_usage()
    {
        var id = await gateway.DrawAsync("dall-e-3");

        var job = await gateway.ReadAsync($"/v1/images/jobs/{id}", Keys.Acme);

        Assert.True(job.ContainsKey("usage"));
        Assert.Null(job["usage"]);
        Assert.Equal(("table", 0.04m), ((string?)job["basis"], (decimal)job["charge_usd"]!));
    }

    [Fact]
    public async Task Refused_job_is_found_and_costs_nothing()
    {
        var id = await gateway.DrawAsync(more: ",\"size\":\"7x7\"");

        var job = await gateway.ReadAsync($"/v1/images/jobs/{id}", Keys.Acme);

        Assert.Equal(("refused", 0m, "none", 0), ((string?)job["status"], (decimal)job["charge_usd"]!, (string?)job["basis"], job["attempts"]!.AsArray().Count));
        Assert.NotNull(job["error_code"]);
    }

    [Fact]
    public async Task Running_job_is_known_by_its_intent()
    {
        var entry = At("2024-01-01T00:00:00Z");
        await using (var connection = await gateway.Database.OpenAsync(CancellationToken.None))
        {
            using var store = new LedgerStore(connection);
            var attempt = entry.Attempts[0] with { Ended = false, Status = null };
            store.Commit([new LedgerWork(entry with { Attempts = [attempt] }, $"{entry.Id}/1", "test")]);
            store.Commit([new LedgerWork(entry with { Attempts = [entry.Attempts[0], attempt with { Number = 2 }] }, $"{entry.Id}/2", "test")]);
        }

        var job = await gateway.ReadAsync($"/v1/images/jobs/{entry.Id}", Keys.Acme);
        using var foreign = await gateway.GetAsync($"/v1/images/jobs/{entry.Id}", Keys.Limited);

        Assert.Equal(("running", null, 2), ((string?)job["status"], (decimal?)job["charge_usd"], job["attempts"]!.AsArray().Count));
        await foreign.ErrorAsync(404, "not_found", "id");
    }

    [Fact]
    public async Task Corrected_job_shows_what_it_cost_in_the_end()
    {
        var abandoned = At("2024-01-02T00:00:00Z").Charged(900_000_000) with { Status = JobStatus.Abandoned, Images = 0, Usage = default };
        var actual = abandoned.Charged(5_000_000) with { Status = JobStatus.Completed, Images = 1, Usage = new TokenUsage(1, 0, 0, 0, 2, 0) };
        await gateway.WriteAsync(abandoned);
        await gateway.WriteAsync(actual);

        var job = await gateway.ReadAsync($"/v1/images/jobs/{abandoned.Id}", Keys.Acme);
        using var correction = await gateway.GetAsync($"/v1/images/jobs/{abandoned.Id}-corrected", Keys.Acme);

        Assert.Equal(("completed", 0.005m, 1), ((string?)job["status"], (decimal)job["charge_usd"]!, (int)job["images"]!));
        await correction.ErrorAsync(404, "not_found", "id");
    }

    [Fact]
    public async Task Foreign_and_unknown_jobs_are_not_found_and_targets_may_be_hidden()
    {
        var id = await gateway.DrawAsync(key: Keys.Limited);

        var own = await gateway.ReadAsync($"/v1/images/jobs/{id}", Keys.Limited);
        using var foreign = await gateway.GetAsync($"/v1/images/jobs/{id}", Keys.Acme);
        using var unknown = await gateway.GetAsync("/v1/images/jobs/nothing%27--", Keys.Acme);
        using var admin = await gateway.GetAsync($"/v1/images/jobs/{id}");

        Assert.Null(own["target"]);
        Assert.DoesNotContain("openai/", own.ToJsonString(), StringComparison.Ordinal);
        await foreign.ErrorAsync(404, "not_found", "id");
        await unknown.ErrorAsync(404, "not_found", "id");
        await admin.ErrorAsync(401, "invalid_api_key", null);
    }
}

public sealed class SqliteJobTests(LedgerGateway<SqliteDatabases> gateway) : JobTests(gateway), IClassFixture<LedgerGateway<SqliteDatabases>>;

public sealed class PostgresJobTests(LedgerGateway<PostgresDatabases> gateway) : JobTests(gateway), IClassFixture<LedgerGateway<PostgresDatabases>>;
