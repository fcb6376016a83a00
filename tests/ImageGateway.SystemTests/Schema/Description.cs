using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.SystemTests.Schema;

/// <summary>An OpenAPI document, and what an answer has that it does not say; the part of JSON Schema that the framework writes.</summary>
internal sealed class Description(JsonNode document)
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    /// <summary>The operations, as <c>GET /admin/v1/tenants</c>.</summary>
    public Dictionary<string, JsonNode> Operations { get; } = document["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject().Where(method => Methods.Contains(method.Key)).Select(method => (Name: $"{method.Key.ToUpperInvariant()} {path.Key}", Value: method.Value!)))
        .ToDictionary(operation => operation.Name, operation => operation.Value);

    /// <summary>The name of the operation that a request is for.</summary>
    public string Find(HttpMethod method, string address) => Operations.Keys
        .Where(name => Fits(name.Split(' ', '/'), $"{method} {address.Split('?')[0]}".Split(' ', '/'))).MinBy(name => name.Count(letter => letter == '{'))!;

    /// <summary>The JSON that the operation answers, or with which it is asked; null when there is none.</summary>
    public static JsonNode? Content(JsonNode operation, bool ofRequest) =>
        (ofRequest ? operation["requestBody"] : operation["responses"]!.AsObject().First(response => response.Key.StartsWith('2')).Value)?["content"]?["application/json"];

    /// <summary>Every difference of a value from its schema.</summary>
    public IEnumerable<string> Mistakes(JsonNode? schema, JsonNode? value, string at = "$")
    {
        if ((string?)schema?["$ref"] is { } reference)
            return Mistakes(reference.Split('/').Skip(1).Aggregate(document, (node, part) => node[part]!), value, at);
        if (schema?["oneOf"] is JsonArray any)
            return any.Select(one => Mistakes(one, value, at).ToList()).MinBy(mistakes => mistakes.Count)!;
        if (schema?["type"] is not { } type)
            return [];
        string[] types = type is JsonArray several ? [.. several.Select(one => (string)one!)] : [(string)type!];
        if (!Types(value).Any(types.Contains))
            return [$"{at} is {Types(value)[0]}, not {string.Join(" or ", types)}"];
        return value switch
        {
            JsonObject members => Members(schema, members, at),
            JsonArray items => items.SelectMany((item, i) => Mistakes(schema["items"], item, $"{at}[{i}]")),
            _ => [],
        };
    }

    private static bool Fits(string[] template, string[] parts) => template.Length == parts.Length && template.Zip(parts).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second);

    private IEnumerable<string> Members(JsonNode schema, JsonObject members, string at)
    {
        var missing = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).Where(name => !members.ContainsKey(name)).Select(name => $"{at}.{name} is missing");
        return missing.Concat(members.SelectMany(member => (schema["properties"]?[member.Key] ?? schema["additionalProperties"] as JsonObject) is { } known
            ? Mistakes(known, member.Value, $"{at}.{member.Key}")
            : [$"{at}.{member.Key} is not described"]));
    }

    private static string[] Types(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => ["null"],
        JsonValueKind.Number => decimal.IsInteger(value.GetValue<decimal>()) ? ["integer", "number"] : ["number"],
        JsonValueKind.True or JsonValueKind.False => ["boolean"],
        var kind => [$"{kind}".ToLowerInvariant()],
    };
}
