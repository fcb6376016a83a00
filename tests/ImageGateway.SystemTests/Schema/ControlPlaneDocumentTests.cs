using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Admin.OpenApi;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Tenants;
using Microsoft.OpenApi;

namespace ImageGateway.SystemTests.Schema;

/// <summary>The control plane's own description.</summary>
public sealed class ControlPlaneDocumentTests
{
    private const string Costs = "date,cost_usd,model\n2026-01-01,1,gpt-image-1\n2026-01-01,1,gpt-4o\nnever,1,gpt-image-1\n";

    [Fact]
    public async Task Document_is_valid_and_describes_every_operation_and_no_other()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var text = await gateway.Http.GetStringAsync("/openapi/v1.json");
        var read = OpenApiDocument.Parse(text, "json");
        Assert.Empty(read.Diagnostic!.Errors);
        var document = JsonNode.Parse(text)!;
        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        var operations = new Description(document).Operations;
        Assert.Equal(ControlPlaneDocument.Described.Order(), operations.Keys.Order());
        Assert.All(operations, operation => Assert.NotNull(operation.Value["summary"]));
        Assert.All(operations, operation => Assert.Equal(operation.Key.Count(letter => letter == '{'), operation.Value["parameters"]?.AsArray().Count(parameter => (string?)parameter!["in"] == "path") ?? 0));
        Assert.All(operations.Values.SelectMany(operation => operation["parameters"]?.AsArray() ?? []).Where(parameter => (string?)parameter!["in"] == "query"), parameter => Assert.NotNull(parameter!["description"]));
        Assert.Equal(operations.Count, operations.Values.Select(operation => (string?)operation["operationId"]).Distinct().Count());
    }

    [Fact]
    public async Task Filters_are_described_as_the_endpoints_read_them()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var operation = (await DescriptionAsync(gateway)).Operations["GET /admin/v1/ledger"];
        Assert.Equal(
            ["tenant", "project", "key_id", "user", "model", "target", "size", "quality", "route", "error_code", "operation", "status", "tag", "from", "to", "limit", "cursor"],
            operation["parameters"]!.AsArray().Select(parameter => (string?)parameter!["name"]));
    }

    [Fact]
    public async Task Examples_are_as_described()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var description = await DescriptionAsync(gateway);
        Assert.Empty(description.Operations.SelectMany(operation => new[] { false, true }.SelectMany(ofRequest =>
            Description.Content(operation.Value, ofRequest) is { } content ? description.Mistakes(content["schema"], content["example"]).Select(mistake => $"{operation.Key}: {mistake}") : [])));
    }

    [Fact]
    public async Task Required_members_are_those_without_which_a_body_is_refused()
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.PostAsync("/admin/v1/tenants", """{"id":"acme"}""");
        var refused = new List<string>();
        foreach (var (name, operation) in (await DescriptionAsync(gateway)).Operations.Where(operation => operation.Key.StartsWith("POST ", StringComparison.Ordinal) && !operation.Key.Contains("{id}", StringComparison.Ordinal)))
        {
            var asked = Description.Content(operation, ofRequest: true);
            foreach (var member in asked?["schema"]?["required"]?.AsArray().Select(member => (string)member!) ?? [])
            {
                var body = asked!["example"]!.DeepClone().AsObject();
                body.Remove(member);
                await gateway.ProblemAsync(400, "missing_required_parameter", HttpMethod.Post, name["POST ".Length..].Replace("{tenant}", "acme", StringComparison.Ordinal), body.ToJsonString(), $"'{member}'");
                refused.Add($"{name.Split('/')[^1]} {member}");
            }
        }
        Assert.Equal(["projects id", "tenants id", "top_ups amount", "top_ups expires_at", "top_ups limit"], refused.Order());
    }

    [Fact]
    public async Task Every_operation_answers_as_described_nulls_and_all()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var description = await DescriptionAsync(gateway);
        var (mistakes, asked) = (new List<string>(), new HashSet<string>());

        const string Acme = "/admin/v1/tenants/acme";
        await AskAsync(HttpMethod.Post, "/admin/v1/tenants", """{"id":"acme","cache":{"ttl":"00:10:00"}}""");
        await AskAsync(HttpMethod.Put, Acme, (await AskAsync(HttpMethod.Get, Acme)).ToJsonString());
        await AskAsync(HttpMethod.Patch, Acme, """{"cache":null}""");
        await AskAsync(HttpMethod.Post, $"{Acme}/projects", """{"id":"web"}""");
        await AskAsync(HttpMethod.Put, $"{Acme}/projects/web", (await AskAsync(HttpMethod.Get, $"{Acme}/projects/web")).ToJsonString());
        await AskAsync(HttpMethod.Patch, $"{Acme}/projects/web", """{"name":"Web"}""");
        var key = $"{Acme}/keys/{(await AskAsync(HttpMethod.Post, $"{Acme}/keys", """{"name":"web"}"""))["id"]}";
        await AskAsync(HttpMethod.Put, key, (await AskAsync(HttpMethod.Get, key)).ToJsonString());
        await AskAsync(HttpMethod.Patch, key, """{"expires_at":null}""");
        await AskAsync(HttpMethod.Post, $"{key}/rotate", """{"grace_seconds":60}""");
        foreach (var scope in (string[])[Acme, $"{Acme}/projects/web", key, $"{Acme}/users/*"])
        {
            await AskAsync(HttpMethod.Put, $"{scope}/limits", """{"usd_total":1,"max_quality":null}""");
            await AskAsync(HttpMethod.Post, $"{scope}/limits/top_ups", """{"limit":"usd_total","amount":1,"expires_at":1895176000}""");
            await AskAsync(HttpMethod.Put, $"{scope}/limits", (await AskAsync(HttpMethod.Get, $"{scope}/limits")).ToJsonString());
        }
        using var drawn = await gateway.SendAsync(HttpMethod.Post, "/v1/images/generations", """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""", AdminGateway.FixedKey);
        foreach (var path in (string[])["tenants", "tenants/fixed", "tenants/fixed/projects", "tenants/fixed/keys", "limits", "ledger", $"ledger/{drawn.Header("x-request-id")}", "ledger/outcomes", "spend?granularity=hour", "spend?window=total", "targets", "prices", "audit"])
            await AskAsync(HttpMethod.Get, $"/admin/v1/{path}");
        await AskAsync(HttpMethod.Post, "/admin/v1/targets/openai%2Fgpt-image-1/drain");
        await AskAsync(HttpMethod.Post, "/admin/v1/reconcile?source=openai", Costs, "text/csv");

        Assert.Empty(mistakes);
        Assert.Equal(description.Operations.Where(operation => Description.Content(operation.Value, ofRequest: false) is not null).Select(operation => operation.Key).Order(), asked.Order());

        async Task<JsonObject> AskAsync(HttpMethod method, string path, string? body = null, string type = "application/json")
        {
            using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Keys.Admin) }, Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };
            using var response = await gateway.Http.SendAsync(request);
            var answer = await response.JsonAsync();
            Assert.True(response.IsSuccessStatusCode, answer.ToJsonString());
            var name = description.Find(method, path);
            asked.Add(name);
            mistakes.AddRange(description.Mistakes(Description.Content(description.Operations[name], ofRequest: false)!["schema"], answer).Select(mistake => $"{name}: {mistake}"));
            if (Description.Content(description.Operations[name], ofRequest: true) is { } asks && body is not null)
                mistakes.AddRange(description.Mistakes(asks["schema"], JsonNode.Parse(body)).Select(mistake => $"{name}, asked: {mistake}"));
            return answer.AsObject();
        }
    }

    private static async Task<Description> DescriptionAsync(AdminGateway gateway) => new(JsonNode.Parse(await gateway.Http.GetStringAsync("/openapi/v1.json"))!);
}
