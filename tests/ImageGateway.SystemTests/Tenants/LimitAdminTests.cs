using System.Net;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>Limits over the control plane, and what they hold.</summary>
public sealed class LimitAdminTests
{
    private const string Limits = "/admin/v1/tenants/fixed/limits";
    private const string Draw = """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""";

    [Fact]
    public async Task Limit_is_in_force_at_once_and_gone_when_it_is_deleted()
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var set = await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_per_month":0.017,"images_per_minute":60}""");
        var limits = await set.JsonAsync();
        Assert.Equal(("tenant:fixed", 0.017m, 60), ((string?)limits["scope"], (decimal)limits["usd_per_month"]!, (int)limits["images_per_minute"]!));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], [await DrawAsync(gateway), await DrawAsync(gateway)]);
        using var gone = await gateway.SendAsync(HttpMethod.Delete, Limits, ifMatch: set.Headers.ETag!.Tag);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.OK), (gone.StatusCode, await DrawAsync(gateway)));
        Assert.Equal(["limits.delete", "limits.set"], (await gateway.GetAsync("/admin/v1/audit?subject=tenant:fixed"))["data"]!.AsArray().Select(entry => (string?)entry!["action"]));
    }

    [Theory]
    [InlineData("/admin/v1/tenants/fixed/projects/site/limits", "project:fixed/site")]
    [InlineData("/admin/v1/tenants/fixed/keys/web/limits", "key:fixed/web")]
    [InlineData("/admin/v1/tenants/fixed/users/*/limits", "user:fixed/*")]
    public async Task Every_scope_has_limits(string path, string scope)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var set = await gateway.SendAsync(HttpMethod.Put, path, """{"concurrent_images":1,"mode":"warn"}""");
        Assert.Equal((scope, "warn"), ((string?)(await set.JsonAsync())["scope"], (string?)(await gateway.GetAsync(path))["mode"]));
    }

    [Theory]
    [InlineData("", "tenant.delete", "project.delete", "limits.delete", "key.delete", "limits.delete")]
    [InlineData("/projects/web", "project.delete", "limits.delete", "key.delete", "limits.delete")]
    [InlineData("/keys/KEY", "key.delete", "limits.delete")]
    public async Task Limits_go_with_what_they_are_of(string path, params string[] log)
    {
        await using var gateway = await AdminGateway.StartAsync();
        const string Acme = "/admin/v1/tenants/acme";
        var id = (string)(await gateway.IssueAsync())["id"]!;
        string[] scopes = path.Length > 0 && path[1] == 'k' ? [$"/keys/{id}"] : [$"/keys/{id}", "/projects/web"];
        foreach (var scope in scopes)
        {
            await gateway.JsonAsync(200, HttpMethod.Put, $"{Acme}{scope}/limits", """{"usd_total":1}""");
            await gateway.PostAsync($"{Acme}{scope}/limits/top_ups", """{"limit":"usd_total","amount":1,"expires_at":1895176000}""");
        }

        using var gone = await gateway.SendAsync(HttpMethod.Delete, Acme + path.Replace("KEY", id, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Empty((await gateway.GetAsync("/admin/v1/limits"))["data"]!.AsArray());
        var entries = (await gateway.GetAsync($"/admin/v1/audit?tenant=acme&limit={log.Length}"))["data"]!.AsArray();
        Assert.Equal(log, entries.Select(entry => (string?)entry!["action"]));
        Assert.All(entries.Where(entry => (string?)entry!["action"] == "limits.delete"), entry => Assert.Equal((1, null), ((int)entry!["before"]!["usd_total"]!, entry["after"])));
        await gateway.IssueAsync();
        await gateway.ProblemAsync(404, "not_found", HttpMethod.Get, $"{Acme}/projects/web/limits", null, "project:acme/web");
    }

    [Theory]
    [InlineData("x%2541", "x%41")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb%3Fc", "a/b?c")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("limits", "limits")]
    public async Task Limits_of_a_user_are_of_the_one_that_the_address_names(string sent, string user)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var set = await gateway.SendAsync(HttpMethod.Put, $"/admin/v1/tenants/fixed/users/{sent}/limits", """{"usd_total":1}""");
        Assert.Equal((HttpStatusCode.OK, $"user:fixed/{user}"), (set.StatusCode, (string?)(await set.JsonAsync())["scope"]));
    }

    [Fact]
    public async Task What_was_read_may_be_put_back()
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var set = await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_per_month":5}""");
        var read = (await gateway.GetAsync(Limits)).ToJsonString();
        using var again = await gateway.SendAsync(HttpMethod.Put, Limits, read);
        Assert.Equal((HttpStatusCode.OK, read), (again.StatusCode, (await again.JsonAsync()).ToJsonString()));
    }

    [Fact]
    public async Task Top_up_adds_until_it_ends()
    {
        var time = new ManualTime { Now = TimeProvider.System.GetUtcNow() };
        await using var gateway = await AdminGateway.StartAsync(null, time);
        using var set = await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_total":0.017}""");
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], [await DrawAsync(gateway), await DrawAsync(gateway)]);
        using var topUp = await gateway.SendAsync(HttpMethod.Post, $"{Limits}/top_ups", $$"""{"limit":"usd_total","amount":0.03,"expires_at":{{time.Now.AddHours(1).ToUnixTimeSeconds()}}}""");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (topUp.StatusCode, await DrawAsync(gateway)));
        time.Now += TimeSpan.FromHours(1);
        Assert.Equal(HttpStatusCode.TooManyRequests, await DrawAsync(gateway));
    }

    [Theory]
    [InlineData(Limits)]
    [InlineData("/admin/v1/tenants/fixed/projects/site/limits")]
    [InlineData("/admin/v1/tenants/fixed/keys/web/limits")]
    [InlineData("/admin/v1/tenants/fixed/users/a%2Fb/limits")]
    public async Task Top_up_can_be_taken_away(string path)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var set = await gateway.SendAsync(HttpMethod.Put, path, """{"usd_total":0.017}""");
        const string More = """{"limit":"usd_total","amount":0.03,"expires_at":1895176000}""";
        await gateway.PostAsync($"{path}/top_ups", More);
        var topUps = (await gateway.PostAsync($"{path}/top_ups", More))["top_ups"]!.AsArray();
        var (first, second) = ((string?)topUps[0]!["id"], (string?)topUps[1]!["id"]);

        using var old = await gateway.SendAsync(HttpMethod.Delete, $"{path}/top_ups/{first}", ifMatch: set.Headers.ETag!.Tag);
        using var gone = await gateway.SendAsync(HttpMethod.Delete, $"{path}/top_ups/{first}");

        Assert.Equal((HttpStatusCode.PreconditionFailed, HttpStatusCode.NoContent), (old.StatusCode, gone.StatusCode));
        using var read = await gateway.SendAsync(HttpMethod.Get, path);
        Assert.Equal((second, gone.Headers.ETag!.Tag), ((string?)Assert.Single((await read.JsonAsync())["top_ups"]!.AsArray())!["id"], read.Headers.ETag!.Tag));
        await gateway.ProblemAsync(404, "not_found", HttpMethod.Delete, $"{path}/top_ups/{first}", null, $"'{first}'");
        var entry = (await gateway.GetAsync("/admin/v1/audit?limit=1"))["data"]![0]!;
        Assert.Equal(("limits.top_up_delete", 2, 1), ((string?)entry["action"], entry["before"]!["top_ups"]!.AsArray().Count, entry["after"]!["top_ups"]!.AsArray().Count));
    }

    [Fact]
    public async Task Top_up_that_is_taken_away_is_not_in_force_any_more()
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.JsonAsync(200, HttpMethod.Put, Limits, """{"usd_total":0.017}""");
        var topUp = (await gateway.PostAsync($"{Limits}/top_ups", """{"limit":"usd_total","amount":0.03,"expires_at":1895176000}"""))["top_ups"]![0]!["id"];
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [await DrawAsync(gateway), await DrawAsync(gateway)]);
        using var gone = await gateway.SendAsync(HttpMethod.Delete, $"{Limits}/top_ups/{topUp}");
        Assert.Equal(HttpStatusCode.TooManyRequests, await DrawAsync(gateway));
    }

    [Fact]
    public async Task Put_keeps_the_top_ups_and_refuses_others()
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.JsonAsync(200, HttpMethod.Put, Limits, """{"usd_total":1}""");
        await gateway.PostAsync($"{Limits}/top_ups", """{"limit":"usd_total","amount":1,"expires_at":1895176000}""");
        var read = await gateway.GetAsync(Limits);
        Assert.Equal(read.ToJsonString(), (await gateway.JsonAsync(200, HttpMethod.Put, Limits, read.ToJsonString())).ToJsonString());
        Assert.Equal(read["top_ups"]!.ToJsonString(), (await gateway.JsonAsync(200, HttpMethod.Put, Limits, """{"usd_total":2}"""))["top_ups"]!.ToJsonString());

        foreach (var (member, other) in ((string, string)[])[("top_ups", "[]"), ("top_ups", "null"), ("scope", "\"tenant:acme\""), ("tenant", "\"acme\"")])
            await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Put, Limits, $$"""{"usd_total":3,"{{member}}":{{other}}}""", $"'{member}'");
        Assert.Equal(2, (int)(await gateway.GetAsync(Limits))["usd_total"]!);
    }

    [Fact]
    public async Task Top_up_is_of_a_limit_that_there_is_and_of_the_version_it_is_meant_for()
    {
        await using var gateway = await AdminGateway.StartAsync();
        const string More = """{"limit":"usd_per_month","amount":1,"expires_at":1895176000}""";
        using var first = await gateway.SendAsync(HttpMethod.Put, Limits, """{"max_quality":"low"}""");
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Post, $"{Limits}/top_ups", More, "'limit'", "none");
        using var second = await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_total":1,"images_per_minute":5}""");
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Post, $"{Limits}/top_ups", More, "'limit'", "'usd_per_month'", "images_per_minute, usd_total");
        var total = More.Replace("usd_per_month", "usd_total", StringComparison.Ordinal);
        using var old = await gateway.SendAsync(HttpMethod.Post, $"{Limits}/top_ups", total, ifMatch: first.Headers.ETag!.Tag);
        using var young = await gateway.SendAsync(HttpMethod.Post, $"{Limits}/top_ups", total, ifMatch: second.Headers.ETag!.Tag);
        Assert.Equal((HttpStatusCode.PreconditionFailed, HttpStatusCode.Created), (old.StatusCode, young.StatusCode));
        Assert.Single((await gateway.GetAsync(Limits))["top_ups"]!.AsArray());
    }

    // The top-up ends, and what is left must be a limit still.
    [Theory]
    [InlineData("requests_per_minute", "-3")]
    [InlineData("usd_total", "-0.5")]
    public async Task Top_up_hides_no_limit_that_is_none(string limit, string wrong)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var set = await gateway.SendAsync(HttpMethod.Put, Limits, $$"""{"{{limit}}":5}""");
        using var topUp = await gateway.SendAsync(HttpMethod.Post, $"{Limits}/top_ups", $$"""{"limit":"{{limit}}","amount":10,"expires_at":1895176000}""");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Created), (set.StatusCode, topUp.StatusCode));
        await gateway.ProblemAsync(400, "invalid_value", HttpMethod.Put, Limits, $$"""{"{{limit}}":{{wrong}}}""", $"'{limit}'");
    }

    // A picture may cost 0.01674 USD and costs 0.01089: after two there is room for a third one, but for none twice.
    [Fact]
    public async Task Limit_knows_what_was_spent_before_it_came_and_while_it_was_away()
    {
        await using var gateway = await AdminGateway.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(gateway));
        using (await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_per_day":0.04}"""))
            Assert.Equal(0.01089m, await UsedAsync(gateway));
        using (await gateway.SendAsync(HttpMethod.Delete, Limits))
            Assert.Equal(HttpStatusCode.OK, await DrawAsync(gateway));
        using (await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_per_day":0.04}"""))
            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], [await DrawAsync(gateway), await DrawAsync(gateway)]);
        Assert.Equal(3 * 0.01089m, await UsedAsync(gateway));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"1\"")]
    public async Task Put_for_a_version_creates_none(string version)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var refused = await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_total":1}""", ifMatch: version);
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
        Assert.Contains("there is none", (string?)(await refused.JsonAsync())["detail"], StringComparison.Ordinal);
        await gateway.JsonAsync(200, HttpMethod.Put, Limits, """{"usd_total":1}""");
        using var made = await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_total":2}""", ifMatch: "*");
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
    }

    [Theory]
    [InlineData("", "limit")]
    [InlineData("""{"limit":"usd_total","expires_at":1895176000}""", "amount")]
    [InlineData("""{"limit":"usd_total","amount":1,"expires_at":null}""", "expires_at")]
    public async Task Top_up_needs_all_its_members(string body, string missing)
    {
        await using var gateway = await AdminGateway.StartAsync();
        await gateway.ProblemAsync(400, "missing_required_parameter", HttpMethod.Post, $"{Limits}/top_ups", body, $"'{missing}'");
    }

    [Theory]
    [InlineData("""{"limit":"usd_total","amount":1,"expires_at":1795176000000}""", "expires_at")]
    [InlineData("""{"limit":"usd_total","amount":1,"expires_at":1}""", "expires_at")]
    [InlineData("""{"limit":"usd_total","amount":0.0000000001,"expires_at":1895176000}""", "amount")]
    [InlineData("""{"limit":"usd_total","amount":1000000000,"expires_at":1895176000}""", "usd_total")]
    [InlineData("""{"limit":"usd_a_day","amount":1,"expires_at":1895176000}""", "limit")]
    [InlineData("""{"limit":"usd_per_day","amount":1,"expires_at":1895176000}""", "limit")]
    public async Task Top_up_that_cannot_be_is_refused_by_name_and_changes_nothing(string body, string member)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var set = await gateway.SendAsync(HttpMethod.Put, Limits, """{"usd_total":1}""");
        using var refused = await gateway.SendAsync(HttpMethod.Post, $"{Limits}/top_ups", body);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains($"'{member}'", (string?)(await refused.JsonAsync())["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await DrawAsync(gateway));
    }

    [Fact]
    public async Task Stricter_of_two_old_versions_and_other_replicas()
    {
        using var folder = new TemporaryFolder();
        await using var one = await AdminGateway.StartAsync(folder, null);
        await using var other = await AdminGateway.StartAsync(folder, null);
        using var first = await one.SendAsync(HttpMethod.Put, Limits, """{"requests_per_minute":1000}""");
        using var second = await one.SendAsync(HttpMethod.Put, Limits, """{"requests_per_minute":1}""");
        using var late = await one.SendAsync(HttpMethod.Put, Limits, """{"requests_per_minute":1000}""", ifMatch: first.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        await Until.TrueAsync(async () => await DrawAsync(other) == HttpStatusCode.TooManyRequests, "the other replica knows");
    }

    [Theory]
    [InlineData("""{"usd_per_day":-1}""", "usd_per_day")]
    [InlineData("""{"usd_per_day":0}""", "usd_per_day")]
    [InlineData("""{"usd_per_day":0.00000000001}""", "usd_per_day")]
    [InlineData("""{"usd_per_day":1e15}""", "usd_per_day")]
    [InlineData("""{"images_per_minute":1.5}""", "images_per_minute")]
    [InlineData("""{"usd_per_year":1}""", "usd_per_year")]
    [InlineData("""{"mode":"maybe"}""", "mode")]
    [InlineData("""{"max_quality":"mdium"}""", "max_quality")]
    [InlineData("""{"max_quality":"auto"}""", "max_quality")]
    public async Task Limit_that_cannot_be_is_refused_by_name(string body, string member)
    {
        await using var gateway = await AdminGateway.StartAsync();
        using var refused = await gateway.SendAsync(HttpMethod.Put, Limits, body);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains($"'{member}'", (string?)(await refused.JsonAsync())["detail"], StringComparison.Ordinal);
    }

    private static async Task<decimal> UsedAsync(AdminGateway gateway)
    {
        using var answer = await gateway.SendAsync(HttpMethod.Get, "/v1/quota", null, AdminGateway.FixedKey);
        return (decimal)(await answer.JsonAsync())["limits"]![0]!["used"]!;
    }

    private static async Task<HttpStatusCode> DrawAsync(AdminGateway gateway)
    {
        using var answer = await gateway.SendAsync(HttpMethod.Post, "/v1/images/generations", Draw, AdminGateway.FixedKey);
        return answer.StatusCode;
    }
}
