using ImageGateway.Images;
using ImageGateway.Ledger.Reconciliation;

namespace ImageGateway.Tests.Ledger.Reconciliation;

public sealed class CostFileTests
{
    private const string OpenAI = "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,user_id,api_key_id,project_id,organization_id\n";

    private static readonly string[] Models = ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "dall-e-3"];

    [Fact]
    public async Task Costs_of_openai_are_added_up_by_day_and_model()
    {
        var file = await ReadAsync("openai", OpenAI
            + "1790467200,1790553600,2026-09-27T00:00:00+00:00,2026-09-28T00:00:00+00:00,,,,,,,,,\n"
            + "1790553600,1790640000,2026-09-28T00:00:00+00:00,2026-09-29T00:00:00+00:00,0.0166400000000000000000,usd,416,tokens,\"gpt-image-1, image output\",,,proj_a,org\n"
            + "1790553600,1790640000,2026-09-28T00:00:00,2026-09-29T00:00:00,1.25e-05,usd,5,tokens,\"gpt-image-1, text input\",,,proj_a,org\n"
            + "1790553600,1790640000,2026-09-28T00:00:00+00:00,2026-09-29T00:00:00+00:00,0.5,usd,1000,tokens,\"gpt-5-nano, input_tokens\",,,proj_a,org\n");

        Assert.Equal([((new DateOnly(2026, 9, 28), "gpt-image-1"), 0.0166525m)], file.Sums.Select(sum => (sum.Key, sum.Value)));
        Assert.Equal(("gpt-5-nano, input_tokens", 0.5m), (file.Unmatched.Single().Key, file.Unmatched.Single().Value));
        Assert.Equal((3, 0), (file.Rows, file.BadCount));
    }

    [Theory]
    [InlineData("Date,MeterName,CostInBillingCurrency,BillingCurrencyCode", "09/28/2026,gpt-image-1 Img Outp glbl Tokens,2.5,USD")]
    [InlineData("date,meterName,costInBillingCurrency,costInUsd,billingCurrency", "2026-09-28,GPT Image 1 Outp,9,2.5,EUR")]
    [InlineData("UsageDateTime,MeterCategory,MeterSubCategory,MeterName,PreTaxCost,Currency", "2026-09-28T00:00:00Z,Cognitive Services,Azure OpenAI - gpt-image-1,Outp,2.5,USD")]
    [InlineData("UsageDate,Meter,Cost,CostUSD,Currency", "20260928,gpt-image-1-2025-04-15 Tokens,9,2.5,EUR")]
    [InlineData("\"Cost In Billing Currency\",\"Meter Name\",\"Date\"", "2.5,gpt_image_1,9/28/2026")]
    public async Task Exports_of_azure_are_read_by_their_header(string header, string row)
    {
        var file = await ReadAsync("azure", $"{header}\r\n{row}\r\n");
        Assert.Equal([((new DateOnly(2026, 9, 28), "gpt-image-1"), 2.5m)], file.Sums.Select(sum => (sum.Key, sum.Value)));
    }

    [Fact]
    public async Task Bad_rows_are_told_by_line_and_the_others_count()
    {
        var file = await ReadAsync("openai", "date,amount,currency,model\n2026-09-28,much,usd,gpt-image-1\n2026-09-28,1,eur,gpt-image-1\n\nsoon,1,usd,gpt-image-1\n2026-09-28,1\n1026-09-28,1,usd,gpt-image-1\n2026-09-28,2,USD,dall-e-3\n");

        Assert.Equal([2, 3, 5, 6, 7], file.BadRows.Select(row => row.Line));
        Assert.Equal(["'much'", "'eur'", "'soon'", "2 cells", "'1026-09-28'"], file.BadRows.Select(row => new[] { "'much'", "'eur'", "'soon'", "2 cells", "'1026-09-28'" }.Single(word => row.Reason.Contains(word, StringComparison.Ordinal))));
        Assert.Equal(2m, file.Sums[(new DateOnly(2026, 9, 28), "dall-e-3")]);
    }

    [Fact]
    public async Task Days_outside_the_period_are_left_out()
    {
        var file = new CostFile("openai", new ModelNames(Models), new DateOnly(2026, 9, 2), new DateOnly(2026, 9, 3));
        await file.ReadAsync(new StringReader("date,cost,model\n2026-09-01,1,dall-e-3\n2026-09-02,2,dall-e-3\n2026-09-03,4,dall-e-3\n"), CancellationToken.None);
        Assert.Equal([2m], file.Sums.Values);
    }

    [Theory]
    [InlineData("openai", "", "empty")]
    [InlineData("openai", "start_time,line_item\n", "amount_value")]
    [InlineData("openai", "amount_value,line_item\n", "start_time_iso")]
    [InlineData("azure", "Date,CostInUSD\n", "MeterName")]
    public async Task File_without_a_needed_column_is_refused(string source, string text, string word)
    {
        var error = await Assert.ThrowsAsync<GatewayException>(() => ReadAsync(source, text));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Equal("file", error.Error.Param);
    }

    [Theory]
    [InlineData("gpt-image-1-mini, image output", "gpt-image-1-mini")]
    [InlineData("GPT Image 1.5 Glbl Img Outp", "gpt-image-1.5")]
    [InlineData("Az-Image-DALL-E 3 Standard 1024", "dall-e-3")]
    [InlineData("gpt-image-10", null)]
    [InlineData("mygpt-image-1", null)]
    [InlineData("", null)]
    public void Model_is_found_as_whole_words_the_longest_first(string text, string? model) => Assert.Equal(model, new ModelNames(Models).Find(text));

    private static async Task<CostFile> ReadAsync(string source, string text)
    {
        var file = new CostFile(source, new ModelNames(Models), null, null);
        await file.ReadAsync(new StringReader(text), CancellationToken.None);
        return file;
    }
}
