using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>Every outcome of a job has its entry, with what it cost.</summary>
public abstract class EntryTests(TestDatabases databases) : EntryTest(databases)
{
    [Fact]
    public async Task Answered_job_has_its_usage_and_charge()
    {
        using var response = await Gateway.GenerateAsync(job => job["user"] = "ann", tags: "team=red,cost-center=7");
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("completed", null), entry.End);
        Assert.Equal((Billed, "usage"), entry.Charge);
        Assert.Equal((Billed, Billed, Billed), entry.Amounts);
        Assert.Equal((2L, 0L, 272L), entry.Tokens);
        Assert.Equal((Worst, 1L, 1L), (entry.Number("worst_case"), entry.Number("n"), entry.Number("images")));
        Assert.Equal(("acme", "web", "ann"), (entry.Text("tenant"), entry.Text("project"), entry.Text("end_user")));
        Assert.Equal(("generation", "pair", "west/gpt-image-1"), (entry.Text("operation"), entry.Text("route"), entry.Text("requested_model")));
        Assert.Equal(("west/gpt-image-1", "gpt-image-1", "1024x1024", "low"), (entry.Text("target"), entry.Text("served_model"), entry.Text("size"), entry.Text("quality")));
        Assert.Equal(("7", "red"), ((string?)JsonNode.Parse(entry.Text("tags")!)!["cost-center"], (string?)JsonNode.Parse(entry.Text("tags")!)!["team"]));
        Assert.InRange(entry.NumberOrNull("first_byte_ms") ?? -1, 0, entry.Number("duration_ms"));
        Assert.Equal(response.Content.Headers.ContentLength ?? entry.Number("bytes_out"), entry.Number("bytes_out"));
        Assert.True(entry.Number("bytes_in") > 0);
        var attempt = Assert.Single(entry.Attempts);
        Assert.Equal((200, Billed, true), ((int?)attempt["status"], (long?)attempt["charge"], (bool?)attempt["ended"]));
        Assert.StartsWith("req_", (string?)attempt["upstream_request_id"]);
    }

    [Fact]
    public async Task Stream_with_partial_pictures_is_charged_for_them()
    {
        using var response = await Gateway.GenerateAsync(job => (job["stream"], job["partial_images"]) = (true, 2));
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("completed", null), entry.End);
        Assert.Equal((Billed + (200 * 40_000), "usage"), entry.Charge);
        Assert.Equal((2L, 0L, 472L), entry.Tokens);
        Assert.Equal((1L, 1L, Worst + (200 * 40_000)), (entry.Number("stream"), entry.Number("images"), entry.Number("worst_case")));
    }

    [Fact]
    public async Task Edit_is_charged_for_the_pictures_it_reads()
    {
        var form = Form.Edit("west/gpt-image-1").Field("quality", "low").Field("size", "1024x1024")
            .File("image[]", Pictures.Png(64, 64), "one.png").File("image[]", Pictures.Png(64, 128), "two.png");
        using var response = await Gateway.PostAsync("/v1/images/edits", form);
        var entry = await Gateway.EntryAsync(response);
        var usage = Assert.Single(Gateway.Log.Calls).Usage!;
        Assert.Equal(("completed", "edit"), (entry.Text("status"), entry.Text("operation")));
        Assert.Equal((Prices.Gpt(usage), "usage"), entry.Charge);
        Assert.Equal((usage.InputTextTokens, usage.InputImageTokens, 272L), entry.Tokens);
        Assert.Equal(65 + 129 + 65 + (2 * 129), usage.InputImageTokens);
    }

    [Fact]
    public async Task Fan_out_is_one_entry_with_every_call()
    {
        using var response = await Gateway.GenerateAsync(job => (job["model"], job["quality"], job["n"]) = ("west/dall-e-3", "standard", 3));
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("completed", null), entry.End);
        Assert.Equal((3 * Prices.DallE3, "table"), entry.Charge);
        Assert.Equal((3L, 3L, 3 * Prices.DallE3), (entry.Number("n"), entry.Number("images"), entry.Number("worst_case")));
        Assert.Equal([1, 2, 3], entry.Attempts.Select(attempt => (int)attempt["number"]!));
        Assert.Equal(3, entry.Attempts.Select(attempt => (string?)attempt["upstream_request_id"]).Distinct().Count());
        Assert.Equal(3, Gateway.Log.Total);
    }

    [Fact]
    public async Task Fan_out_that_fails_is_charged_for_what_was_billed()
    {
        Gateway.Break(new Fault { Status = 500, Hang = true }, times: 1);
        var asking = Gateway.GenerateAsync(job => (job["model"], job["quality"], job["n"]) = ("west/dall-e-3", "standard", 3));
        await Until.TrueAsync(() => Gateway.Log.Calls.Count(call => call.Completed) == 2, "the others are drawn");
        Gateway.Release();
        using var response = await asking;
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("failed", "upstream_error"), entry.End);
        Assert.Equal((2 * Prices.DallE3, "table"), entry.Charge);
        Assert.Equal([Prices.DallE3, Prices.DallE3, 0], entry.Attempts.Select(attempt => (long)attempt["charge"]!).OrderDescending());
    }

    [Fact]
    public async Task Failover_lists_both_attempts_and_charges_the_one_that_drew()
    {
        Gateway.Break(new Fault { Status = 500 }, "west");
        using var response = await Gateway.GenerateAsync(job => job["model"] = "gpt-image-1");
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("completed", null), entry.End);
        Assert.Equal(["west/gpt-image-1", "east/gpt-image-1"], entry.Attempts.Select(attempt => (string?)attempt["target"]));
        Assert.Equal([500, 200], entry.Attempts.Select(attempt => (int?)attempt["status"]));
        Assert.Equal([0, (long)(Billed * LedgerGateway.EastFactor)], entry.Attempts.Select(attempt => (long)attempt["charge"]!));
        Assert.Equal(("pair", "east/gpt-image-1"), (entry.Text("route"), entry.Text("target")));
        Assert.Equal(((long)(Billed * LedgerGateway.EastFactor), Billed, (long)(Billed * LedgerGateway.EastFactor)), entry.Amounts);
    }

    // Whether or not its client stays: what follows the last picture is no longer of interest.
    [Fact]
    public async Task Job_is_closed_before_its_client_has_the_end_of_the_response()
    {
        Gateway.Break(new Fault { HangAfterEvents = 1 }, times: 1);
        using var response = await Gateway.GenerateAsync(job => job["stream"] = true);
        await using var body = await response.Content.ReadAsStreamAsync();
        await using var events = System.Net.ServerSentEvents.SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("image_generation.completed", events.Current.EventType);
        var entry = await Gateway.Ledger.EntryAsync(response.Header("x-request-id")!);
        Assert.Equal((("completed", null), (Billed, "usage")), (entry.End, entry.Charge));
        Assert.False(Gateway.Log.Calls.Single().Completed);
    }

    [Fact]
    public async Task Negotiated_price_and_markup_are_kept_apart_from_the_list_price()
    {
        using var response = await Gateway.GenerateAsync(job => job["model"] = "east/gpt-image-1", Keys.Drafting, "cost-center=42");
        var entry = await Gateway.EntryAsync(response);
        var charge = (long)(Billed * LedgerGateway.EastFactor);
        Assert.Equal((charge, Billed, (long)(charge * LedgerGateway.Markup)), entry.Amounts);
        Assert.Equal((long)(Worst * LedgerGateway.EastFactor), entry.Number("worst_case"));
    }

    [Fact]
    public async Task Refusal_by_the_provider_costs_nothing()
    {
        using var response = await Gateway.GenerateAsync(job => job["prompt"] = "[moderated] a fox");
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("refused", "moderation_blocked"), entry.End);
        Assert.Equal((0, "none"), entry.Charge);
        Assert.Equal((400, "moderation_blocked"), ((int?)entry.Attempts.Single()["status"], (string?)entry.Attempts.Single()["error_code"]));
    }

    [Theory]
    [InlineData("west/gpt-image-1", false, 403, "model_not_allowed")]
    [InlineData("nothing/gpt-image-1", false, 404, "model_not_found")]
    public async Task Refusal_by_theGateway_has_an_entry_without_attempts(string model, bool stream, int status, string code)
    {
        using var response = await Gateway.GenerateAsync(job => (job["model"], job["stream"]) = (model, stream), Keys.Limited);
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal((status, 0), ((int)response.StatusCode, Gateway.Log.Total));
        Assert.Equal(("refused", code), entry.End);
        Assert.Equal((0, "none"), entry.Charge);
        Assert.Equal((0L, model), (entry.Number("worst_case"), entry.Text("requested_model")));
        Assert.Empty(entry.Attempts);
    }

    [Fact]
    public async Task Job_that_no_target_can_do_has_an_entry()
    {
        using var response = await Gateway.GenerateAsync(job => (job["model"], job["quality"], job["stream"]) = ("west/dall-e-3", "standard", true));
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal((400, "refused"), ((int)response.StatusCode, entry.Text("status")));
        Assert.Empty(entry.Attempts);
    }

    [Fact]
    public async Task Required_tag_that_is_missing_is_named()
    {
        using var response = await Gateway.GenerateAsync(null, Keys.Drafting, "team=red");
        await response.ErrorAsync(400, "missing_required_parameter", "X-Gateway-Tags", "cost-center");
        Assert.Equal("refused", (await Gateway.EntryAsync(response)).Text("status"));
    }

    // PostgreSQL takes neither NUL nor half a character; one such text must not stop the ledger of all others.
    [Theory]
    [InlineData("a\\u0000b", "a\uFFFDb")]
    [InlineData("VERY-LONG\\ud83d\\ude00 and more", "VERY-LONG")]
    public async Task Text_that_a_database_refuses_is_kept_as_far_as_it_goes(string model, string kept)
    {
        var filler = new string('x', 255 - "VERY-LONG".Length);
        (model, kept) = (model.Replace("VERY", "VERY" + filler), kept.Replace("VERY", "VERY" + filler));
        using var response = await PostAsync($$"""{ "model": "{{model}}", "prompt": "a fox" }""");
        Assert.Equal(kept, (await Gateway.EntryAsync(response)).Text("requested_model"));
        Assert.False(Gateway.Writer.IsFailing);
    }

    // Cut short, the ids of two end users could be one, and so could their budgets.
    [Theory]
    [InlineData("a\\u0000b")]
    [InlineData("LONG")]
    public async Task End_user_whose_id_cannot_be_kept_whole_is_refused(string user)
    {
        using var response = await PostAsync($$"""{ "model": "west/gpt-image-1", "prompt": "a fox", "user": "{{user.Replace("LONG", new string('x', 257))}}" }""");
        await response.ErrorAsync(400, "invalid_value", "user");
    }

    [Fact]
    public async Task Entries_by_usage_add_up_to_the_providers_own_count()
    {
        string[] sizes = ["1024x1024", "1024x1536", "1536x1024"];
        await Parallel.ForAsync(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellationToken) =>
        {
            using var response = await Gateway.GenerateAsync(job =>
            {
                (job["size"], job["prompt"], job["n"], job["user"]) = (sizes[i % 3], new string('x', i + 1), 1 + (i % 2), $"user-{i % 5}");
                if (i % 4 == 3)
                    (job["stream"], job["partial_images"]) = (true, i % 3);
            }, cancellationToken: cancellationToken);
            Assert.Equal("completed", (await Gateway.EntryAsync(response)).Text("status"));
        });
        var (entries, usage) = (await Gateway.Ledger.EntriesAsync("basis = 'usage'"), Gateway.Log.Usage);
        Assert.Equal(24, entries.Count);
        Assert.Equal(usage.InputTextTokens, entries.Sum(entry => entry.Number("text_input")));
        Assert.Equal(usage.OutputTokens, entries.Sum(entry => entry.Number("image_output")));
        Assert.Equal(Prices.Gpt(usage.InputTextTokens, usage.InputImageTokens, usage.OutputTokens), entries.Sum(entry => entry.Number("charge")));
        Assert.Equal(usage.Images, entries.Sum(entry => entry.Number("images")));
    }

    private Task<HttpResponseMessage> PostAsync(string body) => Gateway.PostAsync("/v1/images/generations", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
}

public sealed class SqliteEntryTests(SqliteDatabases databases) : EntryTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresEntryTests(PostgresDatabases databases) : EntryTests(databases), IClassFixture<PostgresDatabases>;
