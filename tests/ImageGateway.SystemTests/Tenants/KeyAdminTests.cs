using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Keys over the control plane, and what they open.</summary>
public sealed class KeyAdminTests
{
    private const string Keys = "/admin/v1/tenants/acme/keys";

    [Fact]
    public async Task Key_is_shown_once_opens_at_once_and_draws()
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.PostAsync("/admin/v1/tenants", """{"id":"acme","name":"Acme"}""");

        using var issued = await gateway.SendAsync(HttpMethod.Post, Keys, """{"name":"web","project":"web"}""");
        var key = await issued.JsonAsync();
        var (id, secret) = ((string)key["id"]!, (string)key["secret"]!);

        Assert.Equal((201, $"{Keys}/{id}"), ((int)issued.StatusCode, issued.Headers.Location?.OriginalString));
        Assert.True(issued.Headers.CacheControl!.NoStore);
        Assert.Matches("^igw_[0-9a-f]{64}$", secret);
        Assert.Equal((secret[..8], "web", "web", "acme"), ((string?)key["prefix"], (string?)key["name"], (string?)key["project"], (string?)key["tenant"]));
        Assert.Equal("web", (string?)(await gateway.GetAsync("/admin/v1/tenants/acme/projects"))["data"]![0]!["id"]);
        foreach (var path in (string[])[Keys, $"{Keys}/{id}", "/admin/v1/audit"])
        {
            var text = (await gateway.GetAsync(path)).ToJsonString();
            Assert.DoesNotContain(secret[8..], text, StringComparison.Ordinal);
            Assert.Contains(id, text, StringComparison.Ordinal);
        }
        using var drawn = await gateway.SendAsync(HttpMethod.Post, "/v1/images/generations", """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""", secret);
        await drawn.ImagesAsync();
    }

    [Theory]
    [InlineData("/admin/v1/tenants/acme")]
    [InlineData("/admin/v1/tenants/acme/projects/web")]
    [InlineData("/admin/v1/tenants/acme/keys/KEY")]
    public async Task Disabled_is_401_and_says_no_more_until_enabled(string path)
    {
        await using var gateway = await AdminGateway.StartAsync();
        var key = await gateway.IssueAsync();
        var (secret, at) = ((string)key["secret"]!, path.Replace("KEY", (string)key["id"]!, StringComparison.Ordinal));

        await gateway.PatchAsync(at, """{"disabled":true}""");
        using var refused = await gateway.SendAsync(HttpMethod.Get, "/v1/models", key: secret);
        using var unknown = await gateway.SendAsync(HttpMethod.Get, "/v1/models", key: "igw_unknown");
        await gateway.PatchAsync(at, """{"disabled":false}""");

        await refused.ErrorAsync(401, "invalid_api_key", null);
        Assert.Equal(await unknown.Content.ReadAsStringAsync(), await refused.Content.ReadAsStringAsync());
        Assert.Equal(200, await gateway.CallAsync(secret));
    }

    [Fact]
    public async Task Project_and_tenant_of_a_key_do_not_change()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var path = $"{Keys}/{(await gateway.IssueAsync())["id"]}";
        foreach (var (member, method) in ((string, HttpMethod)[])[("project", HttpMethod.Patch), ("project", HttpMethod.Put), ("tenant", HttpMethod.Patch)])
            await gateway.ProblemAsync(400, "invalid_value", method, path, $$"""{"name":"new","{{member}}":"other"}""", $"'{member}'", "'other'");
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Patch, "/admin/v1/tenants/acme/projects/web", """{"tenant":"other"}""", "'tenant'", "acme");
        var key = await gateway.PatchAsync(path, """{"name":"new","project":"web","tenant":"acme"}""");
        Assert.Equal(("new", "web"), ((string?)key["name"], (string?)key["project"]));
    }

    [Fact]
    public async Task Rotated_secret_stays_valid_for_the_grace_period()
    {
        var time = new ManualTime();
        await using var gateway = await AdminGateway.StartAsync(null, time);
        var key = await gateway.IssueAsync();
        var path = $"{Keys}/{(string)key["id"]!}";

        var rotated = await gateway.PostAsync($"{path}/rotate", """{"grace_seconds":3600}""", 200);
        var (old, young) = ((string)key["secret"]!, (string)rotated["secret"]!);
        Assert.Equal((200, 200), (await gateway.CallAsync(old), await gateway.CallAsync(young)));
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal((401, 200), (await gateway.CallAsync(old), await gateway.CallAsync(young)));
        Assert.Equal((young[..8], (string?)key["id"]), ((string?)rotated["prefix"], (string?)rotated["id"]));
        Assert.NotEqual(old, young);
        var again = (string)(await gateway.JsonAsync(200, HttpMethod.Post, $"{path}/rotate"))["secret"]!;
        Assert.Equal((401, 200), (await gateway.CallAsync(young), await gateway.CallAsync(again)));
    }

    [Fact]
    public async Task Expired_key_is_refused_and_opens_again_when_its_end_is_moved()
    {
        var time = new ManualTime();
        await using var gateway = await AdminGateway.StartAsync(null, time);
        var expires = time.Now.AddMinutes(5).ToUnixTimeSeconds();
        var key = await gateway.IssueAsync("acme", $$"""{"name":"web","expires_at":{{expires}}}""");
        var secret = (string)key["secret"]!;

        Assert.Equal((expires, 200), ((long)key["expires_at"]!, await gateway.CallAsync(secret)));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(401, await gateway.CallAsync(secret));
        await gateway.PatchAsync($"{Keys}/{(string)key["id"]!}", """{"expires_at":null}""");
        Assert.Equal(200, await gateway.CallAsync(secret));
    }

    [Fact]
    public async Task Revoked_key_is_refused()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var key = await gateway.IssueAsync();

        using var deleted = await gateway.SendAsync(HttpMethod.Delete, $"{Keys}/{(string)key["id"]!}");

        Assert.Equal((204, 401), ((int)deleted.StatusCode, await gateway.CallAsync((string)key["secret"]!)));
        await gateway.ProblemAsync(404, "not_found", HttpMethod.Get, $"{Keys}/{(string)key["id"]!}", null);
    }

    [Fact]
    public async Task Deleted_tenant_is_refused_and_its_ledger_stays()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var secret = (string)(await gateway.IssueAsync())["secret"]!;
        using var drawn = await gateway.SendAsync(HttpMethod.Post, "/v1/images/generations", """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""", secret);
        await drawn.ImagesAsync();
        await Until.TrueAsync(async () => await LedgerCount.OfAsync(gateway.Services, "acme") == 1, "the job is in the ledger");

        using var deleted = await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/tenants/acme");

        Assert.Equal((204, 401), ((int)deleted.StatusCode, await gateway.CallAsync(secret)));
        Assert.Equal(1, await LedgerCount.OfAsync(gateway.Services, "acme"));
        await gateway.PostAsync("/admin/v1/tenants", """{"id":"acme"}""");
        Assert.Equal(401, await gateway.CallAsync(secret));
    }

    [Theory]
    [InlineData("", """{"name":"web","project":"a b"}""", "'project'", "'a b'")]
    [InlineData("", """{"name":"web","expires_at":"tomorrow"}""", "'expires_at'", "'tomorrow'")]
    [InlineData("", """{"name":"web","expires_at":-1}""", "'expires_at'", "'-1'")]
    [InlineData("", """{"name":"web","expires_at":1.5}""", "'expires_at'", "'1.5'")]
    [InlineData("", """{"name":7}""", "'name'", "'7'")]
    [InlineData("/KEY/rotate", """{"grace_seconds":-1}""", "'grace_seconds'", "'-1'")]
    [InlineData("/KEY/rotate", """{"grace_seconds":99999999}""", "'grace_seconds'", "'99999999'")]
    public async Task Bad_value_is_named_with_what_is_allowed(string path, string body, string name, string value)
    {
        await using var gateway = await AdminGateway.StartAsync();
        var key = await gateway.IssueAsync();
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Post, Keys + path.Replace("KEY", (string)key["id"]!, StringComparison.Ordinal), body, name, value, "Allowed: ");
    }

    [Fact]
    public async Task Key_of_another_tenant_is_not_reached()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var key = await gateway.IssueAsync();
        await gateway.PostAsync("/admin/v1/tenants", """{"id":"other"}""");
        var foreign = $"/admin/v1/tenants/other/keys/{(string)key["id"]!}";

        await gateway.ProblemAsync(404, "not_found", HttpMethod.Get, foreign, null);
        await gateway.ProblemAsync(404, "not_found", HttpMethod.Delete, foreign, null);
        await gateway.ProblemAsync(404, "not_found", HttpMethod.Post, $"{foreign}/rotate", null);
        Assert.Equal(200, await gateway.CallAsync((string)key["secret"]!));
    }
}
