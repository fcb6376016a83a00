using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Images;
using ImageGateway.SystemTests.Databases;
using static ImageGateway.SystemTests.Governance.Entries;

namespace ImageGateway.SystemTests.Governance;

/// <summary>The ledger as files.</summary>
public abstract class ExportTests(LedgerGateway gateway)
{
    private const string Export = "/admin/v1/export";

    private static readonly string[] FocusColumns =
    [
        "BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "ListUnitPrice", "BillingCurrency", "BillingAccountId", "BillingAccountName", "BillingAccountType", "SubAccountId",
        "SubAccountName", "SubAccountType", "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ChargeDescription", "ChargeFrequency",
        "ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit", "PricingCategory", "PricingCurrency", "ProviderName", "PublisherName", "InvoiceIssuerName", "InvoiceId", "RegionId",
        "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceSubcategory", "ServiceName", "SkuId", "SkuMeter", "SkuPriceId", "SkuPriceDetails", "Tags",
    ];

    [Fact]
    public async Task Csv_has_every_entry_of_the_period_the_oldest_first()
    {
        var entries = Enumerable.Range(0, 4501).Select(i => At(Moment("2024-01-01T00:00:00Z") + (i / 2)).Charged(i)).ToList();
        await gateway.WriteAsync(entries);
        await gateway.WriteAsync(At("2024-01-02T00:00:00Z"));

        var rows = Csv.Read(await ReadAsync("format=csv&from=2024-01-01&to=2024-01-02"));

        Assert.Equal(entries.OrderBy(entry => entry.CreatedAt).ThenBy(entry => entry.Id, StringComparer.Ordinal).Select(entry => entry.Id), rows.Select(row => row["id"]));
        Assert.Equal(entries.Sum(entry => entry.Charge) / 1e9m, rows.Sum(row => decimal.Parse(row["charge_usd"])));
        Assert.Equal(("2024-01-01T00:00:00.001Z", "150", "completed"), (rows[2]["created_at"], rows[2]["image_output_tokens"], rows[2]["status"]));
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-cmd|' /C calc'!A0")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")")]
    public async Task Text_that_looks_like_a_formula_is_defused_and_numbers_are_left_alone(string text)
    {
        var entry = (At("2024-02-01T00:00:00Z") with { User = text, Tags = new Dictionary<string, string> { ["team"] = text } }).Charged(-7);
        await gateway.WriteAsync(entry);

        foreach (var (format, user, cost) in ((string, string, string)[])[("csv", "user", "charge_usd"), ("focus", "x_User", "ContractedCost")])
        {
            var file = await ReadAsync($"format={format}&user={Uri.EscapeDataString(text)}&from=2024-02-01&to=2024-02-02");
            var row = Csv.Read(file)[0];
            Assert.Equal("'" + text, row[user]);
            Assert.Equal("-0.000000007", row[cost]);
            Assert.Equal(text, (string?)JsonNode.Parse(row[format == "csv" ? "tags" : "Tags"])!["team"]);
        }
    }

    [Fact]
    public async Task Lines_of_json_are_entries_as_the_ledger_lists_them()
    {
        await gateway.WriteAsync(At("2024-03-01T00:00:00Z") with { User = "line\nbreak ü" }, At("2024-03-01T00:00:01Z").Refused());

        var lines = (await ReadAsync("format=jsonl&from=2024-03-01&to=2024-03-02")).Split('\n');
        var list = (await gateway.ReadAsync("/admin/v1/ledger?from=2024-03-01&to=2024-03-02"))["data"]!.AsArray().Reverse().ToList();

        Assert.Equal((3, ""), (lines.Length, lines[2]));
        Assert.All(lines[..2].Zip(list), pair => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(pair.First), pair.Second), $"{pair.First} is not {pair.Second}"));
    }

    [Fact]
    public async Task Focus_counts_tokens_and_images_and_the_money_once()
    {
        var drawing = At("2024-04-15T12:00:00.5Z").Charged(160_000_000) with { ListCost = 320_000_000, BilledCost = 200_000_000, DurationMs = 1800 };
        var dalle = At("2024-04-15T13:00:00Z").Charged(40_000_000) with { ServedModel = "dall-e-3", Target = "dalle/dall-e-3", Usage = default, Quality = "standard", Basis = ChargeBasis.Table, Images = 2 };
        var abandoned = At("2024-04-15T14:00:00Z").Charged(900) with { Status = JobStatus.Abandoned, Usage = default, Images = 0 };
        await gateway.WriteAsync(drawing, dalle, abandoned, At("2024-04-15T15:00:00Z").Refused());
        await gateway.WriteAsync(abandoned.Charged(500) with { Status = JobStatus.Completed });

        var rows = Csv.Read(await ReadAsync("format=focus&from=2024-04-01&to=2024-05-01"));

        Assert.Empty(FocusColumns.Except(rows[0].Keys));
        Assert.Equal(5, rows.Count);
        var (tokens, images, priced) = (rows[0], rows[1], rows[2]);
        Assert.Equal(("tokens", "160", "0.2", "0.16", "0.16", "0.32", "0.002"), (
            tokens["ConsumedUnit"], tokens["ConsumedQuantity"], tokens["BilledCost"], tokens["EffectiveCost"], tokens["ContractedCost"], tokens["ListCost"], tokens["ListUnitPrice"]));
        Assert.Equal(("images", "1", "0", ""), (images["ConsumedUnit"], images["ConsumedQuantity"], images["ListCost"], images["PricingQuantity"]));
        Assert.Equal(("images", "2", "0.04", "0.02", "dall-e-3/images", "dalle"), (priced["ConsumedUnit"], priced["ConsumedQuantity"], priced["ListCost"], priced["ListUnitPrice"], priced["SkuId"], priced["ProviderName"]));
        Assert.Equal(("2024-04-15T12:00:00Z", "2024-04-15T12:00:03Z", "2024-04-01T00:00:00Z", "2024-05-01T00:00:00Z"), (
            tokens["ChargePeriodStart"], tokens["ChargePeriodEnd"], tokens["BillingPeriodStart"], tokens["BillingPeriodEnd"]));
        Assert.Equal(("acme", "acme/web", "openai/gpt-image-1", "1024x1024"), (
            tokens["BillingAccountId"], tokens["SubAccountId"], tokens["ResourceId"], (string?)JsonNode.Parse(tokens["SkuPriceDetails"])!["size"]));
        Assert.Equal(["", "", "", "", "Correction"], rows.Select(row => row["ChargeClass"]).Order());
        Assert.Equal(0.2000005m, rows.Sum(row => decimal.Parse(row["ContractedCost"])));
    }

    // The provider counts tokens although its pictures have a price; and a call that failed cost nothing.
    [Fact]
    public async Task Focus_prices_a_picture_with_a_price_as_a_picture_and_has_no_row_for_what_cost_nothing()
    {
        var priced = At("2024-06-15T12:00:00Z").Charged(30_000_000) with { ServedModel = "dall-e-3", Target = "openai/dall-e-3", Basis = ChargeBasis.Table, N = 3, Images = 3 };
        var failed = At("2024-06-15T13:00:00Z").Charged(0) with { Status = JobStatus.Failed, Usage = default, Images = 0, Basis = ChargeBasis.None };
        await gateway.WriteAsync(priced, failed);

        var row = Assert.Single(Csv.Read(await ReadAsync("format=focus&from=2024-06-15&to=2024-06-16")));

        Assert.Equal(("images", "3", "0.03", "0.01", "dall-e-3/images"), (row["PricingUnit"], row["PricingQuantity"], row["ListCost"], row["ListUnitPrice"], row["SkuId"]));
    }

    [Fact]
    public async Task Focus_has_the_names_of_tenants_and_projects()
    {
        await CreateAsync("/admin/v1/tenants", """{"id":"named","name":"Named Inc"}""");
        await CreateAsync("/admin/v1/tenants/named/projects", """{"id":"shop","name":"Web Shop"}""");
        await gateway.WriteAsync(At("2024-06-17T12:00:00Z") with { Tenant = "named", Project = "shop" }, At("2024-06-17T13:00:00Z") with { Tenant = "gone", Project = "long" });

        var rows = Csv.Read(await ReadAsync("format=focus&from=2024-06-17&to=2024-06-18"));

        Assert.Equal(
            [("named", "Named Inc", "named/shop", "Web Shop"), ("gone", "gone", "gone/long", "long")],
            rows.Select(row => (row["BillingAccountId"], row["BillingAccountName"], row["SubAccountId"], row["SubAccountName"])).Distinct());
    }

    [Fact]
    public async Task Salted_hash_of_the_prompt_is_in_every_form()
    {
        await gateway.WriteAsync(At("2024-06-19T12:00:00Z") with { PromptHash = "5a17" });

        Assert.Equal("5a17", Assert.Single(Csv.Read(await ReadAsync("format=csv&from=2024-06-19&to=2024-06-20")))["prompt_hash"]);
        Assert.Equal("5a17", (string?)JsonNode.Parse(await ReadAsync("format=jsonl&from=2024-06-19&to=2024-06-20"))!["prompt_hash"]);
    }

    [Theory]
    [InlineData("csv", "text/csv", 1)]
    [InlineData("focus", "text/csv", 1)]
    [InlineData("jsonl", "application/x-ndjson", 0)]
    public async Task Period_without_entries_is_a_header_alone(string format, string type, int lines)
    {
        using var response = await gateway.GetAsync($"{Export}?format={format}&from=1990-01-01&to=1990-02-01&tenant=nobody");

        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal((200, type, lines), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, text.Count(c => c == '\n')));
    }

    [Fact]
    public async Task Who_accepts_gzip_gets_it()
    {
        await gateway.WriteAsync(Enumerable.Range(0, 3000).Select(i => At(Moment("2024-05-01T00:00:00Z") + i)));
        using var request = LedgerGateway.Request(HttpMethod.Get, $"{Export}?from=2024-05-01&to=2024-05-02", Running.Keys.Admin);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "br;q=0.5, gzip");
        using var refusing = LedgerGateway.Request(HttpMethod.Get, $"{Export}?from=2024-05-01&to=2024-05-02", Running.Keys.Admin);
        refusing.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip;q=0");

        using var response = await gateway.Http.SendAsync(request);
        using var plain = await gateway.Http.SendAsync(refusing);

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        var packed = await response.Content.ReadAsByteArrayAsync();
        await using var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked, Encoding.UTF8);
        var text = await reader.ReadToEndAsync();
        Assert.Equal(3000, Csv.Read(text).Count);
        Assert.Equal(await plain.Content.ReadAsStringAsync(), text);
        Assert.True(packed.Length < text.Length / 4);
    }

    [Theory]
    [InlineData("format=xlsx", "format", "csv, jsonl, focus")]
    [InlineData("from=2024-05-02&to=2024-05-01", "to", "after from")]
    public async Task Bad_parameter_is_named_with_what_is_allowed(string query, params string[] words)
    {
        using var response = await gateway.GetAsync($"{Export}?{query}");
        await response.ProblemAsync(400, words);
    }

    private async Task CreateAsync(string path, string body)
    {
        using var request = LedgerGateway.Request(HttpMethod.Post, path, Running.Keys.Admin);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await gateway.Http.SendAsync(request);
        Assert.Equal(201, (int)response.StatusCode);
    }

    private async Task<string> ReadAsync(string query)
    {
        using var response = await gateway.GetAsync($"{Export}?{query}");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }
}

public sealed class SqliteExportTests(LedgerGateway<SqliteDatabases> gateway) : ExportTests(gateway), IClassFixture<LedgerGateway<SqliteDatabases>>;

public sealed class PostgresExportTests(LedgerGateway<PostgresDatabases> gateway) : ExportTests(gateway), IClassFixture<LedgerGateway<PostgresDatabases>>;
