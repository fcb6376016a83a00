using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageGateway.Admin.Spending;
using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Ledger.Queries;
using Microsoft.OpenApi;

namespace ImageGateway.Admin.OpenApi;

/// <summary>
/// <c>/openapi/v1.json</c>: the control plane in OpenAPI 3.1. The framework finds the paths and the answers' types; the endpoints,
/// which read queries and bodies themselves for precise errors, declare the names of those, and texts and examples come from
/// <c>operations.json</c>.
/// </summary>
internal static partial class ControlPlaneDocument
{
    private const string Json = "application/json";

    private static readonly JsonObject Operations = Read();

    /// <summary>The described operations, as <c>GET /admin/v1/tenants</c>.</summary>
    public static IEnumerable<string> Described => Operations.Select(operation => operation.Key);

    public static void AddControlPlaneDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = endpoint => endpoint.RelativePath?.StartsWith("admin/", StringComparison.Ordinal) == true;
        options.AddOperationTransformer((operation, context, _) =>
        {
            Describe(operation, $"{context.Description.HttpMethod} /{Parameter().Replace(context.Description.RelativePath!, "{${name}}")}", context.Description.ActionDescriptor.EndpointMetadata);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(LedgerRow))
                DescribeEntry(schema);
            // The members of its group, which the request names.
            if (context.JsonTypeInfo.Type == typeof(SpendRow))
                schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null };
            // In a body, its members have defaults.
            if (context.JsonTypeInfo.Type == typeof(CacheRule))
                schema.Required = null;
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "ImageGateway control plane", Version = "v1", Description = "Tenants, keys, limits, ledger, targets and prices. Errors are ProblemDetails; amounts are USD, times Unix seconds." };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["admin_key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key of Gateway:AdminKeys; the scope read allows only GET." },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("admin_key", document)] = [] }];
            return Task.CompletedTask;
        });
    });

    private static void Describe(OpenApiOperation operation, string name, IList<object> metadata)
    {
        if (Operations[name] is not JsonObject described)
            return;
        operation.Summary = (string?)described["summary"];
        operation.OperationId = name.Replace("/admin/v1/", "", StringComparison.Ordinal).Replace(' ', '_').Replace('/', '_').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal).ToLowerInvariant();
        operation.Parameters ??= [];
        foreach (var parameter in Parameter().Matches(name).Select(match => match.Groups["name"].Value).Where(path => operation.Parameters.All(known => known.Name != path)))
            operation.Parameters.Add(new OpenApiParameter { Name = parameter, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        foreach (var query in metadata.OfType<KnownQuery>().Last().Names)
        {
            var text = (string?)described["query"]?[query];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = query,
                In = ParameterLocation.Query,
                Description = text,
                Required = text?.StartsWith("required", StringComparison.Ordinal) == true,
                Schema = Query(query, text),
            });
        }
        var made = operation.Responses?.Values.Select(response => response.Content?.TryGetValue(Json, out var media) == true ? media.Schema : null).FirstOrDefault(schema => schema is not null);
        if (described["body"] is { } body)
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = body is JsonValue ? Content(body, "text/csv") : Content(body, Json, Body(metadata.OfType<KnownBody>().Last(), body, made)) };
        operation.Responses = new OpenApiResponses
        {
            [Status(name)] = new OpenApiResponse { Description = "Done", Content = described["content"] is { } content ? Content("", (string)content!) : described["answer"] is { } answer ? Content(answer, Json, made) : null },
            ["4XX"] = new OpenApiResponse
            {
                Description = "What is wrong, with the member, its value and what is allowed",
                Content = Content(new JsonObject { ["status"] = 400, ["title"] = "invalid_value", ["detail"] = "Invalid value for 'id': 'a b'. Allowed: 1 to 64 letters, digits, '.', '_' or '-'." }, "application/problem+json"),
            },
        };
    }

    private static OpenApiSchema Query(string name, string? text) => name switch
    {
        "limit" or "top" => new OpenApiSchema { Type = JsonSchemaType.Integer },
        _ when text?.Contains("may be repeated", StringComparison.Ordinal) == true => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
        _ => new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static string Status(string name) => name switch
    {
        _ when name.StartsWith("DELETE ", StringComparison.Ordinal) => "204",
        _ when name.StartsWith("POST ", StringComparison.Ordinal) && (name.EndsWith('s') && !name.Contains("/targets/", StringComparison.Ordinal)) => "201",
        _ => "200",
    };

    private static Dictionary<string, OpenApiMediaType> Content(JsonNode example, string type, IOpenApiSchema? schema = null) =>
        new() { [type] = new OpenApiMediaType { Schema = schema ?? Schema(example), Example = example.DeepClone() } };

    // A member of a body is what the answer has under this name; else it is as in the example.
    private static OpenApiSchema Body(KnownBody known, JsonNode example, IOpenApiSchema? answer) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = known.Names.ToDictionary(name => name, name => answer?.Properties?.TryGetValue(name, out var schema) == true ? schema : Schema(example[name])),
        Required = known.Required.ToHashSet(),
        AdditionalPropertiesAllowed = false,
    };

    private static OpenApiSchema Schema(JsonNode? example) => example switch
    {
        null => new OpenApiSchema(),
        JsonObject members => new OpenApiSchema { Type = JsonSchemaType.Object, Properties = members.ToDictionary(member => member.Key, IOpenApiSchema (member) => Schema(member.Value)) },
        JsonArray items => new OpenApiSchema { Type = JsonSchemaType.Array, Items = Schema(items.FirstOrDefault()) },
        _ => new OpenApiSchema { Type = example.GetValueKind() switch { JsonValueKind.String => JsonSchemaType.String, JsonValueKind.Number => JsonSchemaType.Number, _ => JsonSchemaType.Boolean } },
    };

    // An entry is written member by member, so its type says nothing. Its example has every member, and what is null in one
    // with nothing may be null; where the example has null, too, it is a text otherwise.
    private static void DescribeEntry(OpenApiSchema schema)
    {
        var attempt = new LedgerAttempt(1, "", "", null, null, null, 0, 0, 0, ChargeBasis.None, 0, Ended: true);
        var least = JsonSerializer.SerializeToNode(new LedgerRow { Id = "", CreatedAt = 0, Tenant = "", Project = "", KeyId = "", Operation = "", Basis = "", Status = "", Attempts = LedgerEntry.Json([attempt]) });
        var entry = Schema(Operations["GET /admin/v1/ledger/{id}"]!["answer"]);
        AllowNulls(entry, least!.AsObject());
        AllowNulls((OpenApiSchema)((OpenApiSchema)entry.Properties!["attempts"]).Items!, least["attempts"]![0]!.AsObject());
        entry.Properties["tags"] = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String } };
        (schema.Type, schema.Properties, schema.Required) = (entry.Type, entry.Properties, entry.Required);
    }

    private static void AllowNulls(OpenApiSchema schema, JsonObject least)
    {
        foreach (var (name, _) in least.Where(member => member.Value is null))
        {
            var member = (OpenApiSchema)schema.Properties![name];
            member.Type = (member.Type ?? JsonSchemaType.String) | JsonSchemaType.Null;
        }
        schema.Required = least.Select(member => member.Key).ToHashSet();
    }

    // As the framework has them: with the constraint that the path puts on it.
    [GeneratedRegex(@"\{(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();

    private static JsonObject Read()
    {
        using var stream = typeof(ControlPlaneDocument).Assembly.GetManifestResourceStream("ImageGateway.Admin.OpenApi.operations.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
