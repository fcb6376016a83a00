using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.SystemTests.Schema;

/// <summary>What OpenAI publishes of its answers, as far as clients rely on it: required members, types, allowed words.</summary>
internal static class OpenAISchema
{
    private static readonly string[] Backgrounds = ["transparent", "opaque"];
    private static readonly string[] Formats = ["png", "webp", "jpeg"];
    private static readonly string[] Qualities = ["low", "medium", "high", "xhigh", "max"];

    /// <summary>An answer that is no stream.</summary>
    public static void CheckImages(JsonNode body)
    {
        Shape.Whole(body, "created");
        var data = Assert.IsType<JsonArray>(body["data"]);
        Assert.NotEmpty(data);
        foreach (var item in data)
            CheckItem(item!);
        Shape.OptionalWord(body, "background", Backgrounds);
        Shape.OptionalWord(body, "output_format", Formats);
        Shape.OptionalWord(body, "quality", Qualities);
        if (body["size"] is not null)
            Assert.Matches("^[0-9]+x[0-9]+$", Shape.Text(body, "size"));
        if (body["usage"] is { } usage)
            CheckUsage(usage);
        Assert.Null(body["error"]);
    }

    /// <summary>An event of a generation's or an edit's stream; <paramref name="prefix"/> tells which.</summary>
    public static void CheckEvent(JsonNode data, string prefix)
    {
        Assert.Null(data["error"]);
        var type = Shape.Word(data, "type", [$"{prefix}.partial_image", $"{prefix}.completed"]);
        Assert.NotEmpty(Convert.FromBase64String(Shape.Text(data, "b64_json")));
        Shape.Whole(data, "created_at");
        Assert.Matches("^([0-9]+x[0-9]+|auto)$", Shape.Text(data, "size"));
        Shape.Word(data, "quality", [.. Qualities, "auto"]);
        Shape.Word(data, "background", [.. Backgrounds, "auto"]);
        Shape.Word(data, "output_format", Formats);
        if (type == $"{prefix}.completed")
            CheckUsage(data["usage"]!);
        else
            Assert.InRange(Shape.Whole(data, "partial_image_index"), 0, 2);
    }

    /// <summary><c>{"error":{…}}</c>; all four members are there, null or not.</summary>
    public static JsonObject CheckError(JsonNode body)
    {
        var error = Assert.IsType<JsonObject>(body["error"]);
        Assert.NotEmpty(Shape.Text(error, "message"));
        Assert.NotEmpty(Shape.Text(error, "type"));
        foreach (var name in (string[])["param", "code"])
        {
            Assert.True(error.ContainsKey(name), $"error.{name} is missing");
            Assert.True(error[name] is null || error[name]!.GetValueKind() == JsonValueKind.String, $"error.{name} is no string");
        }
        return error;
    }

    public static void CheckModels(JsonNode body)
    {
        Shape.Word(body, "object", ["list"]);
        foreach (var model in Assert.IsType<JsonArray>(body["data"]))
            CheckModel(model!);
    }

    public static void CheckModel(JsonNode model)
    {
        Assert.NotEmpty(Shape.Text(model, "id"));
        Shape.Word(model, "object", ["model"]);
        Shape.Whole(model, "created");
        Assert.NotEmpty(Shape.Text(model, "owned_by"));
        if (model["shutdown_date"] is not null)
            Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", Shape.Text(model, "shutdown_date"));
    }

    private static void CheckItem(JsonNode item)
    {
        Assert.True(item["b64_json"] is null != item["url"] is null, "an item has either b64_json or url");
        if (item["b64_json"] is not null)
            Assert.NotEmpty(Convert.FromBase64String(Shape.Text(item, "b64_json")));
        else
            Assert.True(Uri.IsWellFormedUriString(Shape.Text(item, "url"), UriKind.Absolute));
    }

    private static void CheckUsage(JsonNode usage)
    {
        Assert.Equal(Shape.Whole(usage, "total_tokens"), Shape.Whole(usage, "input_tokens") + Shape.Whole(usage, "output_tokens"));
        var details = usage["input_tokens_details"]!;
        Assert.Equal(Shape.Whole(usage, "input_tokens"), Shape.Whole(details, "text_tokens") + Shape.Whole(details, "image_tokens"));
    }
}
