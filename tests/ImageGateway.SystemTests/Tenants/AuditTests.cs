using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImageGateway.Admin;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Who changed what, and when.</summary>
public sealed class AuditTests
{
    private static readonly string AdminId = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Keys.Admin)))[..8];

    [Fact]
    public async Task Every_change_is_there_newest_first_with_who_and_what()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var key = await gateway.IssueAsync();
        var at = $"/admin/v1/tenants/acme/keys/{(string)key["id"]!}";
        var rotated = await gateway.PostAsync($"{at}/rotate", """{"grace_seconds":60}""", 200);
        await gateway.PatchAsync("/admin/v1/tenants/acme", """{"markup":1.5}""");
        await gateway.PostAsync("/admin/v1/targets/openai/gpt-image-1/drain", "", 200);
        await gateway.PostAsync("/admin/v1/targets/openai/gpt-image-1/enable", "", 200);
        using var deleted = await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/tenants/acme");
        await gateway.ProblemAsync(409, "conflict", HttpMethod.Post, "/admin/v1/tenants", """{"id":"fixed"}""");

        var log = (await gateway.GetAsync("/admin/v1/audit"))["data"]!.AsArray();

        Assert.Equal(
            ["tenant.delete", "project.delete", "key.delete", "target.enable", "target.drain", "tenant.update", "key.rotate", "key.create", "project.create", "tenant.create"],
            log.Select(entry => (string)entry!["action"]!));
        Assert.All(log, entry => Assert.Equal((AdminId, "admin"), ((string?)entry!["actor"], (string?)entry["actor_scope"])));
        Assert.All(log, entry => Assert.True((long)entry!["created_at"]! > 1_600_000_000));
        var update = log[5]!;
        Assert.Equal(("tenant:acme", 1m, 1.5m), ((string?)update["subject"], (decimal)update["before"]!["markup"]!, (decimal)update["after"]!["markup"]!));
        Assert.Equal(("target:openai/gpt-image-1", "healthy", "drained"), ((string?)log[4]!["subject"], (string?)log[4]!["before"]!["state"], (string?)log[4]!["after"]!["state"]));
        Assert.Equal(((JsonNode?)null, "acme"), (log[^1]!["before"], (string?)log[^1]!["after"]!["id"]));
        Assert.Null(log[0]!["after"]);
        foreach (var secret in (string[])[(string)key["secret"]!, (string)rotated["secret"]!])
        {
            Assert.DoesNotContain(secret[8..], log.ToJsonString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))[..16], log.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Log_is_filtered_and_paged()
    {
        await using var gateway = await AdminGateway.StartAsync();
        var first = await gateway.PostAsync("/admin/v1/tenants", """{"id":"acme"}""");
        for (var i = 0; i < 3; i++)
            await gateway.PatchAsync("/admin/v1/tenants/acme", $$"""{"name":"{{i}}"}""");
        await gateway.IssueAsync("other");
        var from = (long)first["created_at"]!;

        Assert.Equal(4, await CountAsync(gateway, "subject=tenant:acme"));
        Assert.Equal(3, await CountAsync(gateway, "tenant=other"));
        Assert.Equal(7, await CountAsync(gateway, $"actor={AdminId}&from={from}&to={from + 3600}"));
        Assert.Equal(7, await CountAsync(gateway, "from=2020-01-01T00:00:00Z"));
        Assert.Equal(0, await CountAsync(gateway, $"to={from}"));
        Assert.Equal(0, await CountAsync(gateway, "actor=00000000"));

        var names = new List<string?>();
        for (var path = "/admin/v1/audit?subject=tenant:acme&limit=1"; path is not null;)
        {
            var page = await gateway.GetAsync(path);
            names.Add((string?)Assert.Single(page["data"]!.AsArray())!["after"]!["name"]);
            path = (string?)page["next_cursor"] is { } cursor ? $"/admin/v1/audit?subject=tenant:acme&limit=1&cursor={cursor}" : null;
        }
        Assert.Equal(["2", "1", "0", "acme"], names);
    }

    [Theory]
    [InlineData("from=yesterday-ish", "'from'")]
    [InlineData("from=20&to=10", "'to'")]
    [InlineData("limit=0", "'limit'")]
    [InlineData("subject=a%00b", "'subject'")]
    [InlineData("subject=a&subject=b", "'subject'")]
    [InlineData("cursor=42", "'cursor'")]
    public async Task Bad_filter_is_named(string query, string name)
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Get, $"/admin/v1/audit?{query}", null, name);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public async Task Cursor_of_ones_own_making_is_named(string number)
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Get, $"/admin/v1/audit?cursor={Cursor.Of("audit", number)}", null, "'cursor'");
    }

    private static async Task<int> CountAsync(AdminGateway gateway, string query) => (await gateway.GetAsync($"/admin/v1/audit?{query}"))["data"]!.AsArray().Count;
}
