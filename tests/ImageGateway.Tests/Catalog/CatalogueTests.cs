using System.Text.Json.Nodes;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using static ImageGateway.Tests.Catalog.ShippedCatalogue;

namespace ImageGateway.Tests.Catalog;

public sealed class CatalogueTests
{
    private const string Models = """
        { "Version": "1", "Models": {
          "table": {
            "Family": "f", "OwnedBy": "o", "Released": "2026-01-01", "Operations": [ "Generation", "Edit" ], "MaxN": 1, "MaxPrompt": 1, "MaxImages": 1,
            "Sizes": { "List": [ "256x256", "512x512" ] }, "Qualities": [ "low", "high" ], "DefaultQuality": "low", "Successor": "formula",
            "Tokens": { "Output": { "low": { "256x256": 1, "512x512": 2 }, "high": { "256x256": 3, "512x512": 4 } }, "AssumedInputImage": 5 },
            "Prices": [ { "From": "2026-01-01", "ImageOutput": 40 }, { "From": "2026-06-01", "ImageOutput": 30 } ] },
          "formula": {
            "Family": "f", "OwnedBy": "o", "Released": "2026-01-01", "Operations": [ "Generation" ], "MaxN": 1, "MaxPrompt": 1,
            "Sizes": { "List": [ "1024x1024" ], "Bounds": { "Multiple": 16, "MaxEdge": 2048, "MaxRatio": 3, "MinPixels": 1, "MaxPixels": 4194304 } },
            "Qualities": [ "low" ], "DefaultQuality": "low", "Tokens": { "Factors": { "low": 16 } }, "Prices": [] },
          "picture": {
            "Family": "f", "OwnedBy": "o", "Released": "2026-01-01", "Operations": [ "Generation" ], "MaxN": 1, "MaxPrompt": 1,
            "Sizes": { "List": [ "256x256", "512x512" ] }, "Qualities": [ "low", "high" ], "DefaultQuality": "low",
            "Prices": [ { "From": "2026-01-01", "PerImage": { "low": { "256x256": 0.01, "512x512": 0.02 }, "high": { "256x256": 0.03, "512x512": 0.04 } } } ] } } }
        """;

    [Fact]
    public void Shipped_catalogue_is_without_mistakes()
    {
        Assert.Equal(["dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2"], Loaded.Models.Keys.Order());
        Assert.All(Loaded.Models.Values, model => Assert.Equal(model.Name == "gpt-image-2" ? null : "gpt-image-2", model.Successor));
        Assert.All(Loaded.Models.Values, model => Assert.NotEmpty(model.Prices));
    }

    [Fact]
    public void Whole_catalogue_loads() => Assert.Empty(Load(Models));

    // What is changed, into what ("-": taken away), and where the mistake must be reported.
    [Theory]
    [InlineData("table/Colour", "\"red\"", "Colour")]
    [InlineData("table/Family", "-", "Family")]
    [InlineData("table/Qualities", "-", "Qualities")]
    [InlineData("table/Released", "\"tomorrow\"", "Released")]
    [InlineData("table/Operations", "[ \"Paint\" ]", "Operations")]
    [InlineData("table/Operations", "[]", "C:Models:table:Operations")]
    [InlineData("table/Qualities", "[]", "C:Models:table:Qualities")]
    [InlineData("table/DefaultQuality", "\"hd\"", "C:Models:table:DefaultQuality")]
    [InlineData("table/MaxN", "0", "C:Models:table:MaxN")]
    [InlineData("table/MaxPrompt", "0", "C:Models:table:MaxPrompt")]
    [InlineData("table/MaxImages", "17", "C:Models:table:MaxImages")]
    [InlineData("table/MaxPartialImages", "4", "C:Models:table:MaxPartialImages")]
    [InlineData("table/Sizes/List", "[]", "C:Models:table:Sizes:List")]
    [InlineData("table/Sizes/List", "[ \"256x256\", \"big\", \"small\" ]", "C:Models:table:Sizes:List")]
    [InlineData("table/Tokens/Output/high", "-", "C:Models:table:Tokens")]
    [InlineData("table/Tokens/Output/hd", "{ \"256x256\": 1, \"512x512\": 2 }", "C:Models:table:Tokens")]
    [InlineData("table/Tokens/Output/high/512x512", "-", "C:Models:table:Tokens:Output:high")]
    [InlineData("table/Tokens/Output/high/512x512", "0", "C:Models:table:Tokens")]
    [InlineData("table/Tokens/Output/high", "{ \"big\": 1, \"small\": 2 }", "C:Models:table:Tokens:Output:high")]
    [InlineData("table/Tokens/Output", "null", "C:Models:table:Tokens")]
    [InlineData("table/Tokens/Factors", "{ \"low\": 1, \"high\": 2 }", "C:Models:table:Tokens")]
    [InlineData("table/Tokens/AssumedInputImage", "-", "C:Models:table:Tokens")]
    [InlineData("table/Tokens/PerPartialImage", "-100", "C:Models:table:Tokens")]
    [InlineData("table/Tokens/AssumedTextOutput", "-1", "C:Models:table:Tokens")]
    [InlineData("table/Prices/0/ImageOutput", "0.0000001", "C:Models:table:Prices")]
    [InlineData("table/Prices/0/ImageOutput", "-1", "C:Models:table:Prices")]
    [InlineData("table/Prices/1/ImageOutput", "-", "C:Models:table:Prices:ImageOutput")]
    [InlineData("table/Takes", "[ \"user\", \"stile\" ]", "C:Models:table:Takes: 'stile' is not one of style, moderation, user, output_compression")]
    [InlineData("table/Backgrounds", "[ \"blue\" ]", "C:Models:table:Backgrounds")]
    [InlineData("table/Formats", "[ \"jpg\" ]", "C:Models:table:Formats")]
    [InlineData("table/Fidelities", "[ \"best\" ]", "C:Models:table:Fidelities")]
    [InlineData("table/ResponseFormats", "[ \"base64\" ]", "C:Models:table:ResponseFormats")]
    [InlineData("table/Prices/1/From", "\"2026-01-01\"", "C:Models:table:Prices")]
    [InlineData("table/Prices/0/Discount", "1", "Discount")]
    [InlineData("table/Successor", "\"nobody\"", "C:Models:table:Successor")]
    [InlineData("table/Successor", "\"table\"", "C:Models:table:Successor")]
    [InlineData("formula/Successor", "\"table\"", "C:Models:formula:Successor")]
    [InlineData("formula/Sizes/Bounds/Multiple", "0", "C:Models:formula:Sizes:Bounds")]
    [InlineData("formula/Sizes/Bounds/Multiple", "-16", "C:Models:formula:Sizes:Bounds")]
    [InlineData("formula/Sizes/Bounds/MaxEdge", "1000000000", "C:Models:formula:Sizes:Bounds")]
    [InlineData("formula/Sizes/List", "[ \"wide\" ]", "C:Models:formula:Sizes:List")]
    [InlineData("formula/Sizes/List", "[]", "C:Models:formula:Sizes:List")]
    [InlineData("formula/Tokens/Factors/low", "0", "C:Models:formula:Tokens")]
    [InlineData("picture/Prices/0/PerImage/high", "-", "C:Models:picture:Prices")]
    [InlineData("picture/Prices/0/PerImage/high", "{}", "C:Models:picture:Prices")]
    [InlineData("picture/Prices/0/PerImage/high/512x512", "-", "C:Models:picture:Prices")]
    [InlineData("picture/Prices/0/PerImage/high/512x512", "0.0000000001", "C:Models:picture:Prices")]
    [InlineData("picture/Prices/0/PerImage/high", "{ \"big\": 1, \"small\": 2 }", "C:Models:picture:Prices")]
    [InlineData("picture", "null", "C:Models:picture")]
    [InlineData("picture/Qualities", "[ null ]", "C:Models:picture")]
    [InlineData("picture/Prices", "[ null ]", "C:Models:picture")]
    public void Mistake_is_reported_with_its_path(string place, string value, string path)
    {
        var root = JsonNode.Parse(Models)!;
        var parts = place.Split('/');
        var owner = root["Models"]!;
        foreach (var part in parts[..^1])
            owner = owner is JsonArray list ? list[int.Parse(part)]! : owner[part]!;
        if (value == "-")
            owner.AsObject().Remove(parts[^1]);
        else
            owner[parts[^1]] = JsonNode.Parse(value);

        var mistakes = Load(root.ToJsonString());
        Assert.NotEmpty(mistakes);
        Assert.All(mistakes, mistake => Assert.StartsWith("C", mistake, StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.Contains(path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{ \"Version\": \"1\" }")]
    [InlineData("{ \"Version\": null, \"Models\": {} }")]
    public void File_that_is_no_catalogue_is_reported(string json) => Assert.Single(Load(json));

    [Fact]
    public void File_that_is_absent_is_reported()
    {
        var mistakes = new Mistakes("C");
        Assert.Null(Catalogue.Load("/nowhere/models.json", mistakes));
        Assert.Single(mistakes.All);
    }

    [Theory]
    [InlineData("2025-12-31", null)]
    [InlineData("2026-01-01", 40_000L)]
    [InlineData("2026-05-31", 40_000L)]
    [InlineData("2026-06-01", 30_000L)]
    [InlineData("2030-01-01", 30_000L)]
    public void Price_of_a_day_is_the_newest_in_force(string day, long? nanoUsdPerToken)
    {
        using var folder = new TemporaryFolder();
        var catalogue = Catalogue.Load(folder.Write("models.json", Models), new Mistakes("C"))!;
        Assert.Equal(nanoUsdPerToken, catalogue.Models["table"].PriceOn(DateOnly.Parse(day))?.ImageOutput.Value);
    }

    private static IReadOnlyList<string> Load(string json)
    {
        using var folder = new TemporaryFolder();
        var mistakes = new Mistakes("C");
        var catalogue = Catalogue.Load(folder.Write("models.json", json), mistakes);
        Assert.Equal(mistakes.All.Count == 0, catalogue is not null);
        return mistakes.All;
    }
}
