using ImageGateway.Images;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tenants;
using ImageGateway.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Two gateways on one database, and one without.</summary>
public sealed class ReplicaTests
{
    private const string Target = "/admin/v1/targets/openai/gpt-image-1";

    [Fact]
    public async Task Changes_of_one_replica_reach_the_other()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        await using var one = await AdminGateway.StartAsync(folder, time);
        await using var two = await AdminGateway.StartAsync(folder, time);
        var key = await one.IssueAsync();
        var (secret, path) = ((string)key["secret"]!, $"/admin/v1/tenants/acme/keys/{(string)key["id"]!}");

        Assert.Equal(200, await one.CallAsync(secret));
        await SoonAsync(async () => await two.CallAsync(secret) == 200, "the key opens the other replica");
        await two.PatchAsync(path, """{"disabled":true}""");
        // 401, or 429 after so many of them.
        Assert.NotEqual(200, await two.CallAsync(secret));
        await SoonAsync(async () => await one.CallAsync(secret) != 200, "the key is refused by the other replica");
        await one.PatchAsync(path, """{"disabled":false}""");
        await SoonAsync(async () => await two.CallAsync(secret) == 200, "the key opens the other replica again");
        using var deleted = await one.SendAsync(HttpMethod.Delete, "/admin/v1/tenants/acme");
        await SoonAsync(async () => (await two.SendAsync(HttpMethod.Get, "/admin/v1/tenants/acme")).StatusCode == System.Net.HttpStatusCode.NotFound, "the tenant is gone");
        Assert.NotEqual(200, await two.CallAsync(secret));

        // The promise is 5 s, by a clock that a busy machine does not slow down.
        Task SoonAsync(Func<Task<bool>> condition, string what)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return Until.TrueAsync(condition, what);
        }
    }

    [Fact]
    public async Task Cache_of_a_tenant_is_switched_on_and_off_on_both()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        await using var one = await AdminGateway.StartAsync(folder, time);
        await using var two = await AdminGateway.StartAsync(folder, time);
        var secret = (string)(await one.IssueAsync())["secret"]!;

        Assert.Equal("bypass", await DrawAsync(one, secret));
        await one.PatchAsync("/admin/v1/tenants/acme", """{"cache":{"ttl":"00:10:00"},"on_disconnect":"cancel"}""");
        Assert.Equal(("miss", "hit"), (await DrawAsync(one, secret), await DrawAsync(one, secret)));
        time.Advance(TimeSpan.FromSeconds(5));
        await Until.TrueAsync(async () => await DrawAsync(two, secret) == "hit", "the other replica caches too");
        Assert.Equal((DisconnectAction.Cancel, TimeSpan.FromMinutes(10)), two.Services.GetRequiredService<TenantDirectory>().FindCaller(secret) is { Cache: { } cache } caller ? (caller.OnDisconnect, cache.Ttl) : default);
        await two.PatchAsync("/admin/v1/tenants/acme", """{"cache":null}""");
        Assert.Equal("bypass", await DrawAsync(two, secret));
        time.Advance(TimeSpan.FromSeconds(5));
        await Until.TrueAsync(async () => await DrawAsync(one, secret) == "bypass", "the first does not any more");
    }

    [Fact]
    public async Task Drained_target_is_so_on_both_and_after_a_restart_until_it_is_enabled_on_either()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        await using var one = await AdminGateway.StartAsync(folder, time);
        await using (var two = await AdminGateway.StartAsync(folder, time))
        {
            Assert.Equal("drained", (string?)(await one.PostAsync($"{Target}/drain", "", 200))["state"]);
            time.Advance(TimeSpan.FromSeconds(2));
            await Until.TrueAsync(async () => await StateAsync(two) == "drained", "the other replica knows");
        }
        await using var three = await AdminGateway.StartAsync(folder, time);
        Assert.Equal("drained", await StateAsync(three));
        Assert.Equal("healthy", (string?)(await three.PostAsync($"{Target}/enable", "", 200))["state"]);
        time.Advance(TimeSpan.FromSeconds(2));
        await Until.TrueAsync(async () => await StateAsync(one) == "healthy", "the first knows");
    }

    private static async Task<string?> StateAsync(AdminGateway gateway) => (string?)(await gateway.GetAsync("/admin/v1/targets"))["data"]![0]!["state"];

    private static async Task<string?> DrawAsync(AdminGateway gateway, string secret)
    {
        using var drawn = await gateway.SendAsync(HttpMethod.Post, "/v1/images/generations", """{"model":"gpt-image-1","prompt":"a fox","quality":"low","size":"1024x1024"}""", secret);
        Assert.Equal(200, (int)drawn.StatusCode);
        return drawn.Header("x-gateway-cache");
    }

    [Fact]
    public async Task Keys_are_known_before_the_first_request_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        string secret;
        await using (var before = await AdminGateway.StartAsync(folder, null))
            secret = (string)(await before.IssueAsync())["secret"]!;

        await using var after = await AdminGateway.StartAsync(folder, null);

        Assert.Equal(200, await after.CallAsync(secret));
    }

    [Fact]
    public async Task Without_a_database_the_configuration_is_shown_and_nothing_is_changed()
    {
        await using var gateway = await AdminGateway.StartAsync("--ConnectionStrings:Database", "");

        Assert.Equal("fixed", (string?)(await gateway.GetAsync("/admin/v1/tenants"))["data"]![0]!["id"]);
        await gateway.ProblemAsync(503, "store_unavailable", HttpMethod.Post, "/admin/v1/tenants", """{"id":"acme"}""", "ConnectionStrings:Database");
        await gateway.ProblemAsync(503, "store_unavailable", HttpMethod.Post, "/admin/v1/tenants/fixed/keys", """{"name":"more"}""", "ConnectionStrings:Database");
        await gateway.ProblemAsync(503, "store_unavailable", HttpMethod.Get, "/admin/v1/audit", null, "ConnectionStrings:Database");
        Assert.Equal("drained", (string?)(await gateway.PostAsync("/admin/v1/targets/openai/gpt-image-1/drain", "", 200))["state"]);
        Assert.Equal(200, await gateway.CallAsync(AdminGateway.FixedKey));
    }

    [Theory]
    [InlineData("POST", "/admin/v1/tenants", """{"id":"acme"}""")]
    [InlineData("PATCH", "/admin/v1/tenants/fixed", "{}")]
    [InlineData("DELETE", "/admin/v1/tenants/fixed", null)]
    [InlineData("POST", "/admin/v1/tenants/fixed/keys", """{"name":"web"}""")]
    [InlineData("POST", "/admin/v1/targets/openai/gpt-image-1/drain", null)]
    public async Task Key_that_only_reads_changes_nothing(string method, string path, string? body)
    {
        await using var gateway = await AdminGateway.StartAsync();

        using var refused = await gateway.SendAsync(new HttpMethod(method), path, body, AdminGateway.ReadKey);

        Assert.Equal(403, (int)refused.StatusCode);
        foreach (var list in (string[])["/admin/v1/tenants", "/admin/v1/audit", "/admin/v1/tenants/fixed/keys"])
            Assert.Equal(200, (int)(await gateway.SendAsync(HttpMethod.Get, list, key: AdminGateway.ReadKey)).StatusCode);
        Assert.Empty((await gateway.GetAsync("/admin/v1/audit"))["data"]!.AsArray());
    }
}
