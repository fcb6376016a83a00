using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.SystemTests.Schema;

/// <summary>What OpenAI publishes of usage and costs: the required members, their types, and dimensions that are text or null.</summary>
internal static class UsageSchema
{
    private static readonly string[] Units = ["tokens", "1000_tokens", "duration_seconds", "duration_minutes", "duration_hours", "gibibyte_hours", "images", "characters"];

    /// <summary>A page of usage; its results.</summary>
    public static List<JsonNode> CheckUsage(JsonNode page) => CheckPage(page, result =>
    {
        Shape.Word(result, "object", ["organization.usage.images.result"]);
        Shape.Whole(result, "images");
        Shape.Whole(result, "num_model_requests");
        foreach (var name in (string[])["size", "project_id", "user_id", "api_key_id", "model"])
            TextOrNull(result, name);
        TextOrNull(result, "source");
        Shape.OptionalWord(result, "source", ["image.generation", "image.edit", "image.variation"]);
    });

    /// <summary>A page of costs; its results.</summary>
    public static List<JsonNode> CheckCosts(JsonNode page) => CheckPage(page, result =>
    {
        Shape.Word(result, "object", ["organization.costs.result"]);
        Assert.Equal(JsonValueKind.Number, result["amount"]!["value"]!.GetValueKind());
        Assert.Equal("usd", (string?)result["amount"]!["currency"]);
        foreach (var name in (string[])["line_item", "project_id", "api_key_id"])
            TextOrNull(result, name);
        Assert.True(result.AsObject().ContainsKey("quantity"));
        if (result["quantity"] is not null)
            Shape.Whole(result, "quantity");
        TextOrNull(result, "quantity_unit");
        Shape.OptionalWord(result, "quantity_unit", Units);
    });

    private static List<JsonNode> CheckPage(JsonNode page, Action<JsonNode> check)
    {
        Shape.Word(page, "object", ["page"]);
        Assert.Contains(page["has_more"]!.GetValueKind(), new[] { JsonValueKind.True, JsonValueKind.False });
        TextOrNull(page, "next_page");
        Assert.Equal((bool)page["has_more"]!, page["next_page"] is not null);
        var results = new List<JsonNode>();
        foreach (var bucket in Assert.IsType<JsonArray>(page["data"]))
        {
            Shape.Word(bucket!, "object", ["bucket"]);
            Assert.True(Shape.Whole(bucket!, "start_time") < Shape.Whole(bucket!, "end_time"));
            foreach (var result in Assert.IsType<JsonArray>(bucket!["results"]))
            {
                check(result!);
                results.Add(result!);
            }
        }
        return results;
    }

    private static void TextOrNull(JsonNode owner, string name)
    {
        Assert.True(owner.AsObject().ContainsKey(name), $"'{name}' is missing");
        Assert.True(owner[name] is null || owner[name]!.GetValueKind() == JsonValueKind.String, $"'{name}' must be a string or null");
    }
}
