using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Tenants and projects over the control plane.</summary>
public sealed class TenantAdminTests
{
    private const string Tenants = "/admin/v1/tenants";

    [Fact]
    public async Task Tenant_is_created_read_changed_and_deleted()
    {
        await using var gateway = await AdminGateway.StartAsync();

        using var created = await gateway.SendAsync(HttpMethod.Post, Tenants, """{"id":"acme","name":"Acme","models":["gpt-image-1*"],"default_tier":"draft","markup":1.2,"required_tags":["cost-center"],"cache":{"ttl":"01:30:00"},"on_disconnect":"cancel"}""");
        var tenant = await created.JsonAsync();
        var read = await gateway.GetAsync($"{Tenants}/acme");
        var patched = await gateway.PatchAsync($"{Tenants}/acme", """{"name":"Acme Inc","hide_target":true,"cache":{"scope":"shared","max_bytes":1000000}}""");
        var replaced = await gateway.JsonAsync(200, HttpMethod.Put, $"{Tenants}/acme", """{"name":"Acme Ltd"}""");
        using var deleted = await gateway.SendAsync(HttpMethod.Delete, $"{Tenants}/acme");

        Assert.Equal((201, $"{Tenants}/acme"), ((int)created.StatusCode, created.Headers.Location?.OriginalString));
        Assert.True((long)tenant["created_at"]! > 1_600_000_000);
        Assert.True(JsonNode.DeepEquals(tenant, read));
        var (at, expected) = ((long)tenant["created_at"]!, """{"id":"acme","name":"Acme","models":["gpt-image-1*"],"default_tier":"draft","hide_target":false,"required_tags":["cost-center"],"markup":1.2,"cache":{"ttl":"01:30:00","max_bytes":268435456,"scope":"tenant"},"on_disconnect":"cancel","disabled":false,"created_at":AT,"source":"control_plane"}""");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected.Replace("AT", $"{at}", StringComparison.Ordinal)), tenant), tenant.ToJsonString());
        Assert.Equal(("Acme Inc", true, 1.2m), ((string?)patched["name"], (bool)patched["hide_target"]!, (decimal)patched["markup"]!));
        Assert.Equal(("Acme Ltd", false, 1m), ((string?)replaced["name"], (bool)replaced["hide_target"]!, (decimal)replaced["markup"]!));
        Assert.Equal(("cancel", "finish"), ((string?)patched["on_disconnect"], (string?)replaced["on_disconnect"]));
        Assert.Equal("""{"ttl":"01:00:00","max_bytes":1000000,"scope":"shared"}""", patched["cache"]!.ToJsonString());
        Assert.True(replaced.ContainsKey("cache") && replaced["cache"] is null);
        Assert.Equal(204, (int)deleted.StatusCode);
        await gateway.ProblemAsync(404, "not_found", HttpMethod.Get, $"{Tenants}/acme", null, "acme");
    }

    // Made again within the same second, as a script does.
    [Fact]
    public async Task Tenant_with_the_id_of_a_deleted_one_has_nothing_of_its_answers()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var found = new List<string?>();
        for (var i = 0; i < 2; i++)
        {
            await gateway.PostAsync(Tenants, """{"id":"acme","cache":{"ttl":"01:00:00"}}""");
            var key = (string)(await gateway.PostAsync($"{Tenants}/acme/keys", """{"name":"web"}"""))["secret"]!;
            for (var j = 0; j < 2; j++)
            {
                using var drawn = await gateway.SendAsync(HttpMethod.Post, "/v1/images/generations", """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""", key);
                found.Add(drawn.Header("x-gateway-cache"));
            }
            using var deleted = await gateway.SendAsync(HttpMethod.Delete, $"{Tenants}/acme");
        }
        Assert.Equal(["miss", "hit", "miss", "hit"], found);
    }

    [Fact]
    public async Task Tenants_are_listed_page_by_page_with_those_of_the_configuration()
    {
        await using var gateway = await AdminGateway.StartAsync();
        foreach (var id in (string[])["zeta", "acme", "Beta"])
            await gateway.PostAsync(Tenants, $$"""{"id":"{{id}}"}""");

        var ids = new List<string>();
        var sources = new List<string>();
        for (var path = $"{Tenants}?limit=3"; path is not null;)
        {
            var page = await gateway.GetAsync(path);
            ids.AddRange(page["data"]!.AsArray().Select(tenant => (string)tenant!["id"]!));
            sources.AddRange(page["data"]!.AsArray().Select(tenant => (string)tenant!["source"]!));
            path = (string?)page["next_cursor"] is { } cursor ? $"{Tenants}?limit=3&cursor={cursor}" : null;
        }

        Assert.Equal(["Beta", "acme", "fixed", "zeta"], ids);
        Assert.Equal(["control_plane", "control_plane", "configuration", "control_plane"], sources);
    }

    [Fact]
    public async Task Bad_page_names_what_is_wrong()
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.PostAsync(Tenants, """{"id":"acme"}""");
        var cursor = (string)(await gateway.GetAsync($"{Tenants}?limit=1"))["next_cursor"]!;

        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Get, $"{Tenants}?cursor={cursor[..^1]}A", null, "'cursor'");
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Get, $"{Tenants}/fixed/keys?cursor={cursor}", null, "'cursor'");
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Get, $"{Tenants}?limit=1001", null, "'limit'", "'1001'", "1 to 1000");
    }

    [Theory]
    [InlineData("""{"id":"ac me"}""", "invalid_value", "'id'", "'ac me'", "1 to 64 letters")]
    [InlineData("""{"id":"../x"}""", "invalid_value", "'id'", "'../x'", "1 to 64 letters")]
    [InlineData("""{"id":".."}""", "invalid_value", "'id'", "'..'", "1 to 64 letters")]
    [InlineData("""{"id":""}""", "invalid_value", "'id'", "1 to 64 letters")]
    [InlineData("""{"id":7}""", "invalid_value", "'id'", "'7'", "1 to 64 letters")]
    [InlineData("""{"name":"Acme"}""", "missing_required_parameter", "'id'")]
    [InlineData("", "missing_required_parameter", "'id'")]
    [InlineData("""{"id":"acme","disbled":true}""", "unknown_parameter", "'disbled'", "disabled")]
    [InlineData("""{"id":"acme","disabled":"yes"}""", "invalid_value", "'disabled'", "'yes'", "true or false")]
    [InlineData("""{"id":"acme","disabled":null}""", "invalid_value", "'disabled'", "true or false")]
    [InlineData("""{"id":"acme","name":""}""", "invalid_value", "'name'", "1 to 200")]
    [InlineData("""{"id":"acme","models":[]}""", "invalid_value", "'models'", "[\"*\"] is all")]
    [InlineData("""{"id":"acme","models":"*"}""", "invalid_value", "'models'")]
    [InlineData("""{"id":"acme","default_tier":"high"}""", "invalid_value", "'default_tier'", "'high'", "draft, final")]
    [InlineData("""{"id":"acme","markup":-1}""", "invalid_value", "'markup'", "'-1'", "0 to 100")]
    [InlineData("""{"id":"acme","markup":"1"}""", "invalid_value", "'markup'")]
    [InlineData("""{"id":"acme","required_tags":["a b"]}""", "invalid_value", "'required_tags'", "'a b'")]
    [InlineData("""{"id":"acme","cache":true}""", "invalid_value", "'cache'", "'true'", "null, or an object with ttl, max_bytes, scope")]
    [InlineData("""{"id":"acme","cache":{"tll":"01:00:00"}}""", "unknown_parameter", "'cache.tll'", "ttl, max_bytes, scope")]
    [InlineData("""{"id":"acme","cache":{"ttl":3600}}""", "invalid_value", "'cache.ttl'", "'3600'", "00:00:00 to 30.00:00:00")]
    [InlineData("""{"id":"acme","cache":{"ttl":"30"}}""", "invalid_value", "'cache.ttl'", "'30'")]
    [InlineData("""{"id":"acme","cache":{"ttl":"30.00:00:01"}}""", "invalid_value", "'cache.ttl'", "'30.00:00:01'")]
    [InlineData("""{"id":"acme","cache":{"ttl":"-01:00:00"}}""", "invalid_value", "'cache.ttl'")]
    [InlineData("""{"id":"acme","cache":{"max_bytes":0}}""", "invalid_value", "'cache.max_bytes'", "'0'", "1 to 1099511627776")]
    [InlineData("""{"id":"acme","cache":{"max_bytes":null}}""", "invalid_value", "'cache.max_bytes'")]
    [InlineData("""{"id":"acme","cache":{"scope":"all"}}""", "invalid_value", "'cache.scope'", "'all'", "tenant, shared")]
    [InlineData("""{"id":"acme","cache":{"\ud800":1}}""", "invalid_json")]
    [InlineData("""{"id":"acme","on_disconnect":"stop"}""", "invalid_value", "'on_disconnect'", "'stop'", "finish, cancel")]
    [InlineData("""{"id":"acme","id":"acme"}""", "invalid_json")]
    [InlineData("""{"id":"\ud800"}""", "invalid_json")]
    [InlineData("""{"\ud800":1}""", "invalid_json")]
    [InlineData("""["acme"]""", "invalid_json", "object")]
    [InlineData("""{"id":"acme",""", "invalid_json")]
    public async Task Bad_body_is_refused_with_its_reason(string body, string title, params string[] words)
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.ProblemAsync(400, title, HttpMethod.Post, Tenants, body, words);
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("fixed")]
    public async Task Id_taken_twice_is_a_conflict(string id)
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.PostAsync(Tenants, """{"id":"acme"}""");

        await gateway.ProblemAsync(409, "conflict", HttpMethod.Post, Tenants, $$"""{"id":"{{id}}"}""", id, "already exists");
    }

    [Fact]
    public async Task Tenant_of_the_configuration_is_shown_and_not_changed()
    {
        await using var gateway = await AdminGateway.StartAsync();

        var tenant = await gateway.GetAsync($"{Tenants}/fixed");
        var project = await gateway.GetAsync($"{Tenants}/fixed/projects/site");
        var key = await gateway.GetAsync($"{Tenants}/fixed/keys/fixed%2Fweb");

        Assert.All([tenant, project, key], thing => Assert.Equal(("configuration", null), ((string?)thing["source"], thing["created_at"])));
        foreach (var path in (string[])[$"{Tenants}/fixed", $"{Tenants}/fixed/projects/site", $"{Tenants}/fixed/keys/fixed%2Fweb"])
        {
            await gateway.ProblemAsync(409, "conflict", HttpMethod.Patch, path, """{"disabled":true}""", "configuration");
            await gateway.ProblemAsync(409, "conflict", HttpMethod.Put, path, "{}", "configuration");
            await gateway.ProblemAsync(409, "conflict", HttpMethod.Delete, path, null, "configuration");
        }
        await gateway.ProblemAsync(409, "conflict", HttpMethod.Post, $"{Tenants}/fixed/projects", """{"id":"site"}""", "site");
        Assert.Equal(200, await gateway.CallAsync(AdminGateway.FixedKey));
    }

    [Fact]
    public async Task Tenant_of_the_configuration_takes_more_projects_and_keys()
    {
        await using var gateway = await AdminGateway.StartAsync();

        await gateway.PostAsync($"{Tenants}/fixed/projects", """{"id":"shop","name":"The shop"}""");
        var key = await gateway.PostAsync($"{Tenants}/fixed/keys", """{"name":"more","project":"shop"}""");

        Assert.Equal(200, await gateway.CallAsync((string)key["secret"]!));
        Assert.Equal(["shop", "site"], (await gateway.GetAsync($"{Tenants}/fixed/projects"))["data"]!.AsArray().Select(project => (string?)project!["id"]));
        Assert.Equal(["web", "more"], (await gateway.GetAsync($"{Tenants}/fixed/keys"))["data"]!.AsArray().Select(one => (string?)one!["name"]));
    }

    [Fact]
    public async Task Update_of_an_old_version_is_412_and_without_if_match_it_goes_through()
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var created = await gateway.SendAsync(HttpMethod.Post, Tenants, """{"id":"acme"}""");
        var first = created.Headers.ETag!.Tag;

        using var changed = await gateway.SendAsync(HttpMethod.Patch, $"{Tenants}/acme", """{"name":"A"}""", ifMatch: first);
        var second = changed.Headers.ETag!.Tag;
        using var read = await gateway.SendAsync(HttpMethod.Get, $"{Tenants}/acme");

        Assert.Equal((200, second), ((int)changed.StatusCode, read.Headers.ETag!.Tag));
        Assert.NotEqual(first, second);
        foreach (var (method, body) in new[] { (HttpMethod.Patch, """{"name":"B"}"""), (HttpMethod.Put, "{}"), (HttpMethod.Delete, null) })
        {
            Assert.Equal(412, await StatusAsync(gateway, method, body, first));
            Assert.Equal(412, await StatusAsync(gateway, method, body, $"W/{second}"));
            Assert.Equal(400, await StatusAsync(gateway, method, body, "not quoted"));
        }
        Assert.Equal("A", (string?)(await gateway.GetAsync($"{Tenants}/acme"))["name"]);
        Assert.Equal(200, await StatusAsync(gateway, HttpMethod.Patch, """{"name":"C"}""", null));
        Assert.Equal(200, await StatusAsync(gateway, HttpMethod.Patch, """{"name":"D"}""", "*"));
        Assert.Equal(412, await StatusAsync(gateway, HttpMethod.Delete, null, second));
    }

    [Fact]
    public async Task What_was_read_can_be_sent_back_changed()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var tenant = await gateway.PostAsync(Tenants, """{"id":"acme"}""");
        tenant["disabled"] = true;

        Assert.True((bool)(await gateway.JsonAsync(200, HttpMethod.Put, $"{Tenants}/acme", tenant.ToJsonString()))["disabled"]!);
        tenant["id"] = "other";
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Put, $"{Tenants}/acme", tenant.ToJsonString(), "'id'", "'other'");
    }

    [Fact]
    public async Task Project_is_created_changed_and_deleted_with_its_keys()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var secret = (string)(await gateway.IssueAsync())["secret"]!;
        await gateway.ProblemAsync(409, "conflict", HttpMethod.Post, $"{Tenants}/acme/projects", """{"id":"web"}""", "web");

        Assert.Equal("Web", (string?)(await gateway.PatchAsync($"{Tenants}/acme/projects/web", """{"name":"Web"}"""))["name"]);
        Assert.Equal(200, await gateway.CallAsync(secret));
        using var deleted = await gateway.SendAsync(HttpMethod.Delete, $"{Tenants}/acme/projects/web");

        Assert.Equal((204, 401), ((int)deleted.StatusCode, await gateway.CallAsync(secret)));
        Assert.Empty((await gateway.GetAsync($"{Tenants}/acme/keys"))["data"]!.AsArray());
        await gateway.ProblemAsync(404, "not_found", HttpMethod.Get, $"{Tenants}/acme/projects/web", null, "web");
    }

    [Theory]
    [InlineData("GET", "/admin/v1/tenants/nobody/projects", null)]
    [InlineData("POST", "/admin/v1/tenants/nobody/projects", """{"id":"web"}""")]
    [InlineData("GET", "/admin/v1/tenants/nobody/keys", null)]
    [InlineData("POST", "/admin/v1/tenants/nobody/keys", """{"name":"web"}""")]
    [InlineData("PATCH", "/admin/v1/tenants/nobody", "{}")]
    [InlineData("PUT", "/admin/v1/tenants/nobody", "{}")]
    [InlineData("DELETE", "/admin/v1/tenants/nobody", null)]
    [InlineData("PATCH", "/admin/v1/tenants/fixed/projects/none", "{}")]
    [InlineData("DELETE", "/admin/v1/tenants/fixed/keys/none", null)]
    [InlineData("POST", "/admin/v1/tenants/fixed/keys/none/rotate", null)]
    [InlineData("DELETE", "/admin/v1/tenants/fixed/keys/%2500", null)]
    public async Task What_there_is_not_is_404(string method, string path, string? body)
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.ProblemAsync(404, "not_found", new HttpMethod(method), path, body);
    }

    private static async Task<int> StatusAsync(AdminGateway gateway, HttpMethod method, string? body, string? ifMatch)
    {
        using var response = await gateway.SendAsync(method, $"{Tenants}/acme", body, ifMatch: ifMatch);
        return (int)response.StatusCode;
    }
}
