using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Governance.Entries;

namespace ImageGateway.SystemTests.Governance;

/// <summary>A provider's cost export against the ledger.</summary>
public abstract class ReconcileTests(LedgerGateway gateway)
{
    private const string Costs = """
        start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item
        1709251200,1709337600,2024-03-01T00:00:00+00:00,2024-03-02T00:00:00+00:00,0.012,usd,"gpt-image-1, image output"
        1709251200,1709337600,2024-03-01T00:00:00+00:00,2024-03-02T00:00:00+00:00,0.0004,usd,"gpt-image-1, text input"
        1709337600,1709424000,2024-03-02T00:00:00+00:00,2024-03-03T00:00:00+00:00,0.04,usd,dall-e-3
        1709337600,1709424000,2024-03-02T00:00:00+00:00,2024-03-03T00:00:00+00:00,never,usd,dall-e-3
        1709337600,1709424000,2024-03-02T00:00:00+00:00,2024-03-03T00:00:00+00:00,3,usd,gpt-4o
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Drift_is_told_by_day_and_model_and_in_total(bool asForm)
    {
        await gateway.WriteAsync(
            At("2024-03-01T08:00:00Z").Charged(10_000_000) with { Id = "reconcile-1" }, At("2024-03-02T08:00:00Z").Charged(8_000_000) with { Id = "reconcile-2", ServedModel = "gpt-image-1-mini" },
            At("2024-03-02T08:00:00Z").Charged(9_000_000_000) with { Id = "reconcile-3", Target = "azure/img" });

        var answer = await PostAsync("?source=openai", Content(Costs, asForm));

        Assert.Equal("""["openai"]""", answer["providers"]!.ToJsonString());
        Assert.Equal(
            [("2024-03-01", "gpt-image-1", 0.0124m, 0.01m, 0.0024m, 24m), ("2024-03-02", "dall-e-3", 0.04m, 0m, 0.04m, null), ("2024-03-02", "gpt-image-1-mini", 0m, 0.008m, -0.008m, -100m)],
            answer["data"]!.AsArray().Select(row => ((string?)row!["day"], (string?)row["model"], (decimal)row["provider_usd"]!, (decimal)row["ledger_usd"]!, (decimal)row["drift_usd"]!, (decimal?)row["drift_percent"])));
        Assert.Equal((0.0524m, 0.018m, 0.0344m, 191.1111m), (
            (decimal)answer["total"]!["provider_usd"]!, (decimal)answer["total"]!["ledger_usd"]!, (decimal)answer["total"]!["drift_usd"]!, (decimal)answer["total"]!["drift_percent"]!));
        Assert.Equal((3m, "gpt-4o"), ((decimal)answer["unmatched"]!["usd"]!, (string?)answer["unmatched"]!["items"]![0]!["item"]));
        Assert.Equal((1, 5), ((int)answer["bad_rows"]!["count"]!, (int)answer["bad_rows"]!["rows"]![0]!["line"]!));
    }

    [Fact]
    public async Task Azure_export_of_a_provider_is_compared_within_the_period()
    {
        await gateway.WriteAsync(At("2024-04-01T08:00:00Z").Charged(500_000_000) with { Target = "azure/img" }, At("2024-04-01T09:00:00Z").Charged(7), At("2024-04-02T09:00:00Z").Charged(7) with { Target = "azure/img" });

        var answer = await PostAsync("?source=azure&provider=azure&from=2024-04-01&to=2024-04-02", Content("\uFEFFDate,MeterName,CostInBillingCurrency,BillingCurrencyCode\r\n04/01/2024,gpt-image-1 Outp,0.5,USD\r\n04/02/2024,gpt-image-1 Outp,0.5,USD\r\n", asForm: false));

        var row = Assert.Single(answer["data"]!.AsArray())!;
        Assert.Equal((0.5m, 0.5m, 0m, 0m), ((decimal)row["provider_usd"]!, (decimal)row["ledger_usd"]!, (decimal)row["drift_usd"]!, (decimal)row["drift_percent"]!));
        Assert.Equal(("2024-04-01", "2024-04-02"), ((string?)answer["from"], (string?)answer["to"]));
    }

    [Fact]
    public async Task Period_may_end_with_time_itself()
    {
        var answer = await PostAsync("?source=openai&from=9999-12-30&to=9999-12-31T23:59:59Z", Content(Costs, asForm: false));

        Assert.Equal(("9999-12-30", "9999-12-31", 0), ((string?)answer["from"], (string?)answer["to"], (int)answer["rows"]!));
    }

    // No figures of other tests are as late as these, or as early.
    [Theory]
    [InlineData("from=2024-06-01", "2024-06-01", "2024-06-04")]
    [InlineData("to=2023-06-04", "2023-06-02", "2023-06-04")]
    public async Task Open_period_ends_with_the_last_day_of_the_file_or_the_ledger(string period, string from, string to)
    {
        await gateway.WriteAsync(At("2023-06-03T08:00:00Z").Charged(10_000_000) with { Id = $"open-old-{from}" }, At("2024-06-03T08:00:00Z").Charged(10_000_000) with { Id = $"open-new-{from}" });

        var answer = await PostAsync($"?source=openai&{period}", Content("date,cost_usd,model\n2023-06-02,1,gpt-image-1\n2024-06-02,1,gpt-image-1\n", asForm: false));

        Assert.Equal((from, to, 2), ((string?)answer["from"], (string?)answer["to"], answer["data"]!.AsArray().Count));
        Assert.Equal((1m, true), ((decimal)answer["total"]!["provider_usd"]!, (decimal)answer["total"]!["ledger_usd"]! > 0));
    }

    [Fact]
    public async Task Provider_that_nobody_knows_is_refused()
    {
        await gateway.WriteAsync(At("2024-03-03T08:00:00Z").Charged(1) with { Id = "reconcile-former", Target = "former/img" });
        using var refused = await SendAsync("?source=openai&provider=openai&provider=opnai", Content(Costs, asForm: false));
        await refused.ProblemAsync(400, "'provider'", "'opnai'", "former, openai");
        Assert.Equal("""["former"]""", (await PostAsync("?source=openai&provider=former", Content(Costs, asForm: false)))["providers"]!.ToJsonString());
    }

    // None of that kind is configured here.
    [Fact]
    public async Task Export_of_another_kind_of_provider_is_compared_with_none_of_the_configured_ones()
    {
        await gateway.WriteAsync(At("2024-05-03T08:00:00Z").Charged(10_000_000));
        var answer = await PostAsync("?source=azure", Content("date,cost,currency,meter\n2024-05-03,1,USD,gpt-image-1\n", asForm: false));
        Assert.Equal(("[]", 1m, 0m), (answer["providers"]!.ToJsonString(), (decimal)answer["total"]!["provider_usd"]!, (decimal)answer["total"]!["ledger_usd"]!));
    }

    [Fact]
    public async Task Amount_beyond_the_bounds_is_told_with_them()
    {
        var answer = await PostAsync("?source=openai", Content("date,cost_usd,model\n2022-01-01,9000000000,gpt-image-1\n", asForm: false));
        Assert.Equal("the amount '9000000000' is not within -1000000000 to 1000000000", (string?)answer["bad_rows"]!["rows"]![0]!["reason"]);
    }

    [Theory]
    [InlineData("", "text/csv", "date,cost,model\n", 400, "source")]
    [InlineData("?source=aws", "text/csv", "date,cost,model\n", 400, "openai, azure")]
    [InlineData("?source=openai", "text/csv", "", 400, "empty")]
    [InlineData("?source=openai", "text/csv", "date,model\n", 400, "amount_value")]
    [InlineData("?source=openai", "text/csv", "date,cost,model\n\"2024", 400, "not closed")]
    [InlineData("?source=openai", "application/json", "{}", 415, "text/csv")]
    [InlineData("?source=openai", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x--", 400, "'file'")]
    [InlineData("?source=openai", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ndate,cost", 400, "ends too early")]
    [InlineData("?source=openai", "multipart/form-data", "x", 400, "boundary")]
    public async Task Upload_that_is_no_export_is_refused(string query, string type, string body, int status, string word)
    {
        using var response = await SendAsync(query, new StringContent(body, Encoding.UTF8) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } });
        await response.ProblemAsync(status, word);
    }

    [Fact]
    public async Task Upload_beyond_the_limit_is_refused()
    {
        using var request = LedgerGateway.Request(HttpMethod.Post, "/admin/v1/reconcile?source=openai", Keys.Admin);
        request.Content = new StreamContent(new MemoryStream(new byte[(64 << 20) + 1])) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } };
        request.Headers.ExpectContinue = true;
        using var response = await gateway.Http.SendAsync(request);
        await response.ProblemAsync(413);
    }

    [Fact]
    public async Task Reading_key_may_not_upload()
    {
        using var response = await SendAsync("?source=openai", Content(Costs, asForm: false), Keys.Reader);
        await response.ProblemAsync(403, "scope");
    }

    private static HttpContent Content(string text, bool asForm) =>
        asForm ? new MultipartFormDataContent { { new StringContent("x"), "note" }, { new StringContent(text, Encoding.UTF8, "text/csv"), "file", "costs.csv" } } : new StringContent(text, Encoding.UTF8, "text/csv");

    private Task<HttpResponseMessage> SendAsync(string query, HttpContent content, string key = Keys.Admin)
    {
        var request = LedgerGateway.Request(HttpMethod.Post, $"/admin/v1/reconcile{query}", key);
        request.Content = content;
        return gateway.Http.SendAsync(request);
    }

    private async Task<JsonNode> PostAsync(string query, HttpContent content)
    {
        using var response = await SendAsync(query, content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}

public sealed class SqliteReconcileTests(LedgerGateway<SqliteDatabases> gateway) : ReconcileTests(gateway), IClassFixture<LedgerGateway<SqliteDatabases>>;

public sealed class PostgresReconcileTests(LedgerGateway<PostgresDatabases> gateway) : ReconcileTests(gateway), IClassFixture<LedgerGateway<PostgresDatabases>>;
