using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;

namespace ImageGateway.Admin.OpenApi;

/// <summary>
/// <c>/openapi/v1.json</c>: the control plane in OpenAPI 3.1. The framework finds the paths; parameters, bodies and responses,
/// with examples, come from <c>operations.json</c>, since the endpoints read queries and bodies themselves for precise errors.
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
            Describe(operation, $"{context.Description.HttpMethod} /{Parameter().Replace(context.Description.RelativePath!, "{${name}}")}");
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

    private static void Describe(OpenApiOperation operation, string name)
    {
        if (Operations[name] is not JsonObject described)
            return;
        operation.Summary = (string?)described["summary"];
        operation.OperationId = name.Replace("/admin/v1/", "", StringComparison.Ordinal).Replace(' ', '_').Replace('/', '_').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal).ToLowerInvariant();
        operation.Parameters ??= [];
        foreach (var parameter in Parameter().Matches(name).Select(match => match.Groups["name"].Value).Where(path => operation.Parameters.All(known => known.Name != path)))
            operation.Parameters.Add(new OpenApiParameter { Name = parameter, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        foreach (var (query, text) in described["query"]?.AsObject() ?? [])
        {
            operation.Parameters.Add(new OpenApiParameter { Name = query, In = ParameterLocation.Query, Description = (string?)text, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        }
        if (described["body"] is { } body)
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Content(body, body is JsonValue ? "text/csv" : Json) };
        operation.Responses = new OpenApiResponses
        {
            [Status(name)] = new OpenApiResponse { Description = "Done", Content = described["content"] is { } content ? Content("", (string)content!) : described["answer"] is { } answer ? Content(answer, Json) : null },
            ["4XX"] = new OpenApiResponse
            {
                Description = "What is wrong, with the member, its value and what is allowed",
                Content = Content(new JsonObject { ["status"] = 400, ["title"] = "invalid_value", ["detail"] = "Invalid value for 'id': 'a b'. Allowed: 1 to 64 letters, digits, '.', '_' or '-'." }, "application/problem+json"),
            },
        };
    }

    private static string Status(string name) => name switch
    {
        _ when name.StartsWith("DELETE ", StringComparison.Ordinal) => "204",
        _ when name.StartsWith("POST ", StringComparison.Ordinal) && (name.EndsWith('s') && !name.Contains("/targets/", StringComparison.Ordinal)) => "201",
        _ => "200",
    };

    private static Dictionary<string, OpenApiMediaType> Content(JsonNode example, string type) =>
        new() { [type] = new OpenApiMediaType { Schema = Schema(example), Example = example.DeepClone() } };

    // A member that is null in the example may have any type.
    private static OpenApiSchema Schema(JsonNode? example) => example switch
    {
        null => new OpenApiSchema(),
        JsonObject members => new OpenApiSchema { Type = JsonSchemaType.Object, Properties = members.ToDictionary(member => member.Key, IOpenApiSchema (member) => Schema(member.Value)) },
        JsonArray items => new OpenApiSchema { Type = JsonSchemaType.Array, Items = Schema(items.FirstOrDefault()) },
        _ => new OpenApiSchema { Type = example.GetValueKind() switch { JsonValueKind.String => JsonSchemaType.String, JsonValueKind.Number => JsonSchemaType.Number, _ => JsonSchemaType.Boolean } },
    };

    // As the framework has them: with the constraint that the path puts on it.
    [GeneratedRegex(@"\{(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();

    private static JsonObject Read()
    {
        using var stream = typeof(ControlPlaneDocument).Assembly.GetManifestResourceStream("ImageGateway.Admin.OpenApi.operations.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
