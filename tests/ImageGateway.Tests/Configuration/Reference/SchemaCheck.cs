using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImageGateway.Tests.Configuration.Reference;

/// <summary>As much of a JSON schema validator as our schema needs: the paths of what does not fit.</summary>
internal static class SchemaCheck
{
    public static List<string> Mistakes(JsonNode schema, JsonNode value)
    {
        var mistakes = new List<string>();
        Check(schema, schema, value, "", mistakes);
        return mistakes;
    }

    private static void Check(JsonNode root, JsonNode schema, JsonNode? value, string path, List<string> mistakes)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            Check(root, root["definitions"]![reference.Split('/')[^1]]!, value, path, mistakes);
            return;
        }
        foreach (var all in schema["allOf"]?.AsArray() ?? [])
            Check(root, all!, value, path, mistakes);
        if (schema["anyOf"] is JsonArray any && !any.Any(one => Fits(root, one!, value, path)))
            mistakes.Add(path);
        else if (!IsOfItsKind(schema, value))
            mistakes.Add(path);
        else if (value is JsonObject members)
            Members(root, schema, members, path, mistakes);
        else if (value is JsonArray items && schema["items"] is { } item)
            for (var i = 0; i < items.Count; i++)
                Check(root, item, items[i], $"{path}:{i}".TrimStart(':'), mistakes);
    }

    private static void Members(JsonNode root, JsonNode schema, JsonObject members, string path, List<string> mistakes)
    {
        foreach (var (name, member) in members)
        {
            var at = $"{path}:{name}".TrimStart(':');
            if (schema["properties"]?[name] is { } property)
                Check(root, property, member, at, mistakes);
            else if (schema["additionalProperties"] is JsonObject additional)
                Check(root, additional, member, at, mistakes);
            else if (schema["additionalProperties"] is JsonValue closed && !(bool)closed)
                mistakes.Add(at);
        }
    }

    private static bool Fits(JsonNode root, JsonNode schema, JsonNode? value, string path)
    {
        var mistakes = new List<string>();
        Check(root, schema, value, path, mistakes);
        return mistakes.Count == 0;
    }

    private static bool IsOfItsKind(JsonNode schema, JsonNode? value)
    {
        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        if (schema["enum"] is JsonArray words)
            return words.Any(word => JsonNode.DeepEquals(word, value));
        if (schema["pattern"] is { } pattern && (kind != JsonValueKind.String || !Regex.IsMatch((string)value!, (string)pattern!, RegexOptions.None, TimeSpan.FromSeconds(1))))
            return false;
        return (string?)schema["type"] switch
        {
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" or "number" => kind == JsonValueKind.Number,
            "array" => kind == JsonValueKind.Array,
            "object" => kind == JsonValueKind.Object,
            "null" => kind == JsonValueKind.Null,
            _ => true,
        };
    }
}
