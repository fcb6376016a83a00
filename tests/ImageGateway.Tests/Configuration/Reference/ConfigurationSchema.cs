using System.Reflection;
using System.Text.Json.Nodes;
using ImageGateway.Hosting;

namespace ImageGateway.Tests.Configuration.Reference;

/// <summary>The options as a JSON schema (draft 7), for editors.</summary>
internal sealed class ConfigurationSchema
{
    private readonly SortedDictionary<string, JsonNode> _definitions = new(StringComparer.Ordinal);
    private readonly NullabilityInfoContext _nullability = new();

    public static JsonObject Create()
    {
        var schema = new ConfigurationSchema();
        var gateway = schema.Reference(typeof(GatewayOptions));
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "ImageGateway's configuration",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["ConnectionStrings"] = Closed(Texts("Where state is kept.", ("Redis", "Redis, for quotas on more than one replica; empty: this process's memory."), ("Database", "SQLite (`Data Source=FILE`) or PostgreSQL (`Host=…;Database=…`); empty: no ledger."))),
                ["Serilog"] = Texts("Logs.", ("MinimumLevel", "Verbose, Debug, Information, Warning, Error or Fatal; or an object with Default and Override."), ("Format", "auto, json or text.")),
                ["Gateway"] = gateway,
            },
            ["definitions"] = new JsonObject(schema._definitions.Select(definition => KeyValuePair.Create(definition.Key, (JsonNode?)definition.Value))),
        };
    }

    private JsonObject Reference(Type type)
    {
        if (_definitions.TryAdd(type.Name, new JsonObject()))
            _definitions[type.Name] = Object(type);
        return new JsonObject { ["$ref"] = $"#/definitions/{type.Name}" };
    }

    private JsonObject Object(Type type)
    {
        var properties = new JsonObject();
        foreach (var property in OptionTypes.Of(type))
            properties[property.Name] = Property(type, property);
        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    private JsonObject Property(Type owner, PropertyInfo property)
    {
        var schema = new JsonObject { ["description"] = OptionComments.Of(owner, property.Name) };
        var value = Value(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
        if (_nullability.Create(property).WriteState == NullabilityState.Nullable)
            value = new JsonObject { ["anyOf"] = new JsonArray(value, new JsonObject { ["type"] = "null" }) };
        if (OptionTypes.Default(owner, property) is { } text)
            schema["default"] = JsonValue.Create(text);
        // Beside a reference nothing else counts.
        if (value.ContainsKey("$ref"))
            schema["allOf"] = new JsonArray(value);
        else
            foreach (var (name, node) in value)
                schema[name] = node?.DeepClone();
        return schema;
    }

    private JsonObject Value(Type type)
    {
        if (OptionTypes.Item(type, out var isList) is { } item)
            return isList ? List(item) : new JsonObject { ["type"] = "object", ["additionalProperties"] = item == typeof(string) ? AnyScalar() : Value(item) };
        if (type.IsEnum)
            return new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).SelectMany(name => new[] { name.ToLowerInvariant(), name }).Select(name => (JsonNode)name)]) };
        if (!OptionTypes.IsObject(type))
            return Scalar(type);
        return OptionTypes.MayBeText(type) ? new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, Reference(type)) } : Reference(type);
    }

    // One text stands for a list of it.
    private JsonObject List(Type item)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = Value(item) };
        return item == typeof(string) ? new JsonObject { ["anyOf"] = new JsonArray(list, new JsonObject { ["type"] = "string" }) } : list;
    }

    // The binder takes a number or a boolean for a text. What such an entry stands for may be one.
    private static JsonObject AnyScalar() =>
        new() { ["anyOf"] = new JsonArray([.. ((string[])["string", "number", "boolean"]).Select(type => new JsonObject { ["type"] = type })]) };

    private static JsonObject Scalar(Type type) =>
        type == typeof(TimeSpan) ? new JsonObject { ["type"] = "string", ["pattern"] = @"^(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$" }
        : new JsonObject
        {
            ["type"] = type == typeof(string) ? "string" : type == typeof(bool) ? "boolean" : type == typeof(int) || type == typeof(long) ? "integer" : "number",
        };

    private static JsonObject Closed(JsonObject schema)
    {
        schema["additionalProperties"] = false;
        return schema;
    }

    private static JsonObject Texts(string description, params (string Name, string Text)[] members) => new()
    {
        ["description"] = description,
        ["type"] = "object",
        ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)new JsonObject { ["description"] = member.Text }))),
    };
}
