using System.Text.Json.Nodes;
using ImageGateway.Admin.OpenApi;
using ImageGateway.SystemTests.Tenants;
using Microsoft.OpenApi;

namespace ImageGateway.SystemTests.Schema;

/// <summary>The control plane's own description.</summary>
public sealed class ControlPlaneDocumentTests
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    [Fact]
    public async Task Document_is_valid_and_describes_every_operation_and_no_other()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var text = await gateway.Http.GetStringAsync("/openapi/v1.json");
        var read = OpenApiDocument.Parse(text, "json");
        Assert.Empty(read.Diagnostic!.Errors);
        var document = JsonNode.Parse(text)!;
        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Where(method => Methods.Contains(method.Key)).Select(method => (Name: $"{method.Key.ToUpperInvariant()} {path.Key}", method.Value))).ToList();
        Assert.Equal(ControlPlaneDocument.Described.Order(), operations.Select(operation => operation.Name).Order());
        Assert.All(operations, operation => Assert.NotNull(operation.Value!["summary"]));
        Assert.All(operations, operation => Assert.Equal(operation.Name.Count(letter => letter == '{'), operation.Value!["parameters"]?.AsArray().Count(parameter => (string?)parameter!["in"] == "path") ?? 0));
        Assert.Equal(operations.Count, operations.Select(operation => (string?)operation.Value!["operationId"]).Distinct().Count());
    }
}
